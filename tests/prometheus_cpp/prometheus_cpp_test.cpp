#include <algorithm>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>
#include <prometheus/text_serializer.h>

#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string get(const std::string& url) {
  std::string body;
  CURL* curl = curl_easy_init();
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
  curl_easy_setopt(
      curl, CURLOPT_WRITEFUNCTION, +[](char* data, std::size_t size, std::size_t n, std::string* out) {
        out->append(data, size * n);
        return size * n;
      });
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_cleanup(curl);
  return code == CURLE_OK ? body : curl_easy_strerror(code);
}

// Lines without comments, parsed so that 1e+06 and 1000000 are equal, sorted.
std::vector<std::string> samples(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto space = line.rfind(' ');
    char value[40];
    std::snprintf(value, sizeof value, "%.12g", std::stod(line.substr(space + 1)));
    lines.push_back(line.substr(0, space + 1) + value);
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(PrometheusCppCollectable, ServesOursThroughTheirExposer) {
  Registry registry;
  registry.counter("ours_total", "Ours.", {"x"}).with("a\"b").inc(3);
  registry.gauge("level", "Level.").set(1.5);
  registry.histogram("took_seconds", "Took.", Buckets{1, 2}).observe(1.5);
  const auto ours = std::make_shared<PrometheusCppCollectable>(registry);
  prometheus::Exposer exposer{"127.0.0.1:0"};
  exposer.RegisterCollectable(ours);

  const std::string text = get("http://127.0.0.1:" + std::to_string(exposer.GetListeningPorts().at(0)) + "/metrics");

  EXPECT_THAT(text, HasSubstr("# TYPE ours_total counter\nours_total{x=\"a\\\"b\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE level gauge\nlevel 1.5\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"2\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_bucket{le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("took_seconds_count 1\n"));
}

TEST(PrometheusCppCollectable, CarriesEveryType) {
  Registry registry;
  registry.keep_collector([](std::vector<FamilySnapshot>& out) {
    out.push_back({"s", "S.", MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}}}}});
    out.push_back({"u", "U.", MetricType::Untyped, {{.value = 7}}});
  });

  const auto families = PrometheusCppCollectable{registry}.Collect();

  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].type, prometheus::MetricType::Summary);
  EXPECT_EQ(families[0].metric.at(0).summary.sample_count, 2u);
  EXPECT_EQ(families[0].metric.at(0).summary.quantile.at(0).value, 1.5);
  EXPECT_EQ(families[1].type, prometheus::MetricType::Untyped);
  EXPECT_EQ(families[1].metric.at(0).untyped.value, 7);
}

TEST(AddPrometheusCpp, ExposesTheirsBesideOurs) {
  auto theirs = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter()
      .Name("theirs_total")
      .Help("Theirs.\nTwo lines.")
      .Register(*theirs)
      .Add({{"x", "1"}})
      .Increment(2);
  prometheus::BuildHistogram()
      .Name("their_seconds")
      .Help("H.")
      .Register(*theirs)
      .Add({}, std::vector<double>{1, 2})
      .Observe(5);
  prometheus::BuildSummary()
      .Name("their_summary")
      .Help("S.")
      .Register(*theirs)
      .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}})
      .Observe(4);
  Registry registry;
  registry.counter("ours_total", "Ours.").inc();

  auto token = add_prometheus_cpp(registry, theirs);

  const std::string text = to_text(registry);
  EXPECT_THAT(
      text,
      HasSubstr("# HELP theirs_total Theirs.\\nTwo lines.\n# TYPE theirs_total counter\ntheirs_total{x=\"1\"} 2\n"));
  EXPECT_THAT(
      text, HasSubstr("their_seconds_bucket{le=\"2\"} 0\ntheir_seconds_bucket{le=\"+Inf\"} 1\ntheir_seconds_sum 5\n"));
  EXPECT_THAT(text, HasSubstr("their_summary{quantile=\"0.5\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("ours_total 1\n"));
}

TEST(AddPrometheusCpp, EndsWithItsToken) {
  auto theirs = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("theirs").Help("T.").Register(*theirs).Add({}).Set(1);
  const std::weak_ptr<prometheus::Registry> watched = theirs;
  Registry registry;
  {
    auto token = add_prometheus_cpp(registry, std::move(theirs));
    EXPECT_THAT(to_text(registry), HasSubstr("theirs 1\n"));
  }

  EXPECT_EQ(to_text(registry), "");
  EXPECT_TRUE(watched.expired());
}

TEST(AddPrometheusCpp, OurNameWinsOverTheirs) {
  auto theirs = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("same").Help("Theirs.").Register(*theirs).Add({}).Set(1);
  Registry registry;
  registry.gauge("same", "Ours.").set(2);

  auto token = add_prometheus_cpp(registry, theirs);

  EXPECT_EQ(to_text(registry), "# HELP same Ours.\n# TYPE same gauge\nsame 2\n");
}

TEST(AddPrometheusCpp, JoinsTheirFamiliesOfOneName) {
  struct Twice final : prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override {
      std::vector<prometheus::MetricFamily> families(2);
      for (int i = 0; i < 2; ++i) {
        families[i].name = "a";
        families[i].help = "A.";
        families[i].type = prometheus::MetricType::Gauge;
        families[i].metric.resize(1);
        families[i].metric[0].label.push_back({"i", std::to_string(i)});
      }
      return families;
    }
  };
  Registry registry;

  auto token = add_prometheus_cpp(registry, std::make_shared<Twice>());

  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{i=\"0\"} 0\na{i=\"1\"} 0\n");
}

// The same random operations on both libraries must give the same samples, by ours and by their serializer.
TEST(PrometheusCpp, AgreesWithVitalsAfterRandomOperations) {
  std::mt19937_64 random{1};
  const std::vector<double> bounds{-1, 0, 0.5, 1, 10};
  const std::vector<std::string> values{"", "a", "b\\", "c\"d", "e\nf", "\xC3\xA9"};
  Registry registry;
  auto& counters = registry.counter("c_total", "C.", {"x", "y"});
  auto& gauges = registry.gauge("g", "G.", {"x"});
  auto& histograms = registry.histogram("h", "H.", {"x"}, Buckets{bounds});
  prometheus::Registry theirs;
  auto& their_counters = prometheus::BuildCounter().Name("c_total").Help("C.").Register(theirs);
  auto& their_gauges = prometheus::BuildGauge().Name("g").Help("G.").Register(theirs);
  auto& their_histograms = prometheus::BuildHistogram().Name("h").Help("H.").Register(theirs);

  for (int i = 0; i < 20'000; ++i) {
    const auto& x = values[random() % values.size()];
    const auto& y = values[random() % values.size()];
    const double v = static_cast<double>(random() % 4096) / 256 - 4;
    counters.with(x, y).add(v);  // both drop a negative one
    their_counters.Add({{"x", x}, {"y", y}}).Increment(v);
    i % 3 == 0 ? gauges.with(x).set(v) : gauges.with(x).add(v);
    i % 3 == 0 ? their_gauges.Add({{"x", x}}).Set(v) : their_gauges.Add({{"x", x}}).Increment(v);
    histograms.with(x).observe(v);
    their_histograms.Add({{"x", x}}, bounds).Observe(v);
  }

  const auto expected = samples(prometheus::TextSerializer{}.Serialize(theirs.Collect()));
  EXPECT_EQ(samples(to_text(registry)), expected);
  EXPECT_EQ(samples(prometheus::TextSerializer{}.Serialize(PrometheusCppCollectable{registry}.Collect())), expected);
}

}  // namespace
}  // namespace vitals
