// Our metrics as prometheus-cpp has them.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <prometheus/text_serializer.h>

#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "prometheus_cpp/their_samples.hpp"

namespace vitals::testing {
namespace {

using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

void give(Registry& registry, std::vector<FamilySnapshot> families) {
  registry.keep_collector([families](std::vector<FamilySnapshot>& out) { out = families; });
}

std::string their_text(const Registry& registry) {
  return prometheus::TextSerializer{}.Serialize(PrometheusCppCollectable{registry}.Collect());
}

// The series, as their text has them.
Samples series(const std::string& text) { return rounded(normalised(parse_exposition(text).samples)); }

TEST(PrometheusCppCollectable, GivesEveryTypeItsTextSeries) {
  Registry registry{{.utf8_names = true}};
  give(registry, test::every_type());

  const auto theirs = series(their_text(registry));
  auto ours = series(to_text(registry));

  EXPECT_GT(ours.size(), 60u);
  EXPECT_EQ(difference(theirs, ours), "");
}

TEST(PrometheusCppCollectable, KeepsExactNamesThereAndBack) {
  Registry registry;
  registry.counter("legacy", "Legacy.", {"x"}, {.exact_name = true}).with("y").inc(3);
  for (const char* component : {"dns", "http"})
    registry.scope({.labels = {{"component", component}}}).counter("lines_total", "Lines.").inc();

  EXPECT_EQ(their_text(registry),
            "# HELP legacy Legacy.\n# TYPE legacy counter\nlegacy{x=\"y\"} 3\n"
            "# HELP lines_total Lines.\n# TYPE lines_total counter\n"
            "lines_total{component=\"dns\"} 1\nlines_total{component=\"http\"} 1\n");
  Registry back;
  const auto token = add_prometheus_cpp(back, std::make_shared<PrometheusCppCollectable>(registry));
  EXPECT_EQ(to_text(back), to_text(registry));
  EXPECT_EQ(to_openmetrics(back), to_openmetrics(registry));
}

TEST(PrometheusCppCollectable, CarriesSummariesAndUntyped) {
  Registry registry;
  give(registry, {{"s", "S.", MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}}}}},
                  {"u", "U.", MetricType::Untyped, {{.value = 7}}}});

  const auto families = PrometheusCppCollectable{registry}.Collect();

  ASSERT_EQ(families.size(), 2u);
  EXPECT_EQ(families[0].type, prometheus::MetricType::Summary);
  EXPECT_EQ(families[0].metric.at(0).summary.sample_count, 2u);
  EXPECT_EQ(families[0].metric.at(0).summary.quantile.at(0).value, 1.5);
  EXPECT_EQ(families[1].type, prometheus::MetricType::Untyped);
  EXPECT_EQ(families[1].metric.at(0).untyped.value, 7);
}

TEST(PrometheusCppCollectable, MakesStatesAndInfosGauges) {
  Registry registry;
  registry.info("build", "Build.", {{"version", "1.0"}, {"commit", "abc"}});
  give(registry,
       {{"phase", "", MetricType::StateSet, {{.labels = {{"z", "1"}}, .states = {{"on", true}, {"off", false}}}}}});

  const auto text = their_text(registry);

  EXPECT_THAT(text, HasSubstr("# TYPE build_info gauge\nbuild_info{version=\"1.0\",commit=\"abc\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# TYPE phase gauge\nphase{z=\"1\",phase=\"on\"} 1\nphase{z=\"1\",phase=\"off\"} 0\n"));
}

TEST(PrometheusCppCollectable, MakesGaugeHistogramsThreeGauges) {
  Registry registry;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  give(registry,
       {{"queue", "Q.", MetricType::GaugeHistogram, {{.count = 3, .sum = -1, .buckets = {{0.1, 2}, {kInfinity, 3}}}}}});

  EXPECT_EQ(their_text(registry),
            "# HELP queue_bucket Q.\n# TYPE queue_bucket gauge\n"
            "queue_bucket{le=\"0.1\"} 2\nqueue_bucket{le=\"+Inf\"} 3\n"
            "# HELP queue_gcount Q.\n# TYPE queue_gcount gauge\nqueue_gcount 3\n"
            "# HELP queue_gsum Q.\n# TYPE queue_gsum gauge\nqueue_gsum -1\n");
}

TEST(PrometheusCppCollectable, GivesNativeHistogramsTheirTotals) {
  Registry registry;
  MetricSnapshot native{.count = 5, .sum = 12};
  native.native = {.schema = 3, .positive = {{1, 5}}, .present = true};
  give(registry, {{"n", "", MetricType::Histogram, {native}}});

  const auto histogram = PrometheusCppCollectable{registry}.Collect().at(0).metric.at(0).histogram;

  EXPECT_EQ(histogram.sample_count, 5u);
  EXPECT_EQ(histogram.sample_sum, 12);
  ASSERT_EQ(histogram.bucket.size(), 1u);
  EXPECT_EQ(histogram.bucket[0].upper_bound, kInfinity);
  EXPECT_EQ(histogram.bucket[0].cumulative_count, 5u);
}

TEST(PrometheusCppCollectable, RoundsOnlyCountersBeyondADouble) {
  Registry registry;
  registry.counter("exact_total", "E.").inc(std::uint64_t{1} << 53);
  registry.counter("rounded_total", "R.").inc((std::uint64_t{1} << 53) + 1);

  const auto families = PrometheusCppCollectable{registry}.Collect();

  EXPECT_EQ(families.at(0).metric.at(0).counter.value, 0x1p53);
  EXPECT_EQ(families.at(1).metric.at(0).counter.value, 0x1p53);
}

// Their serializer writes help and names as they are.
TEST(PrometheusCppCollectable, EscapesWhatTheirsDoesNot) {
  Registry registry{{.utf8_names = true}};
  registry.gauge("my.level", "Two\nlines, one \\ and a \"quote\".", {"the.place"}).with("a\"\\\nb").set(1);
  give(registry, {{"raw", "\xFF", MetricType::Gauge, {{.labels = {{"x", "a\xFFz"}}}}}});

  const auto text = their_text(registry);

  EXPECT_THAT(text, HasSubstr("# HELP my_level Two\\nlines, one \\\\ and a \"quote\".\n# TYPE my_level gauge\n"
                              "my_level{the_place=\"a\\\"\\\\\\nb\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("# HELP raw \xEF\xBF\xBD\n# TYPE raw gauge\nraw{x=\"a\xEF\xBF\xBDz\"} 0\n"));
}

TEST(PrometheusCpp, GoesThereAndBackUnchanged) {
  Registry registry{{.labels = {{"zone", "z"}}}};
  auto& counters = registry.counter("c_total", "Help \\ of\ntwo lines.", {"b", "a"});
  counters.with("\\", "\n").inc(1'000'000);
  counters.with("", "\xC3\xA9").add(0.1);
  registry.gauge("g", "G.").set(-0.0);
  registry.gauge("nan", "N.").set(std::nan(""));
  registry.histogram("h_seconds", "H.", {"x"}, Buckets{-1, 0.1, 1e10}).with("1").observe(0.5);
  registry.histogram("empty_seconds", "H.");
  auto& open = registry.gauge("open", "O.", LabelNames::any());
  open.with({{"disk", "sda"}, {"host", 1}}).set(1);
  open.with({{"url", "a"}}).set(2);
  open.with({}).set(3);
  give(registry,
       {{"s", "S.", MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}, {0.99, kInfinity}}}}},
        {"u", "", MetricType::Untyped, {{.value = 1. / 3}}},
        {"lost", "Has no suffix.", MetricType::Counter, {{.value = -1}}},
        {"build_info", "I.", MetricType::Info, {{.labels = {{"version", "1"}}}}},
        {"phase", "P.", MetricType::StateSet, {{.states = {{"on", true}}}}}});
  const auto theirs = std::make_shared<PrometheusCppCollectable>(registry);
  Registry back;

  const auto token = add_prometheus_cpp(back, theirs);

  EXPECT_EQ(to_text(back), to_text(registry));
}

}  // namespace
}  // namespace vitals::testing
