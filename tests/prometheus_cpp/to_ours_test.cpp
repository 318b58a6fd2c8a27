// prometheus-cpp's metrics as ours.
#include <cmath>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <vitals/prometheus_cpp.hpp>
#include <vitals/vitals.hpp>

namespace vitals::testing {
namespace {

using ::testing::HasSubstr;
using Type = prometheus::MetricType;
using Labels = std::vector<prometheus::ClientMetric::Label>;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// A Collectable that gives anything.
struct Given final : prometheus::Collectable {
  explicit Given(std::vector<prometheus::MetricFamily> given) : families{std::move(given)} {}
  std::vector<prometheus::MetricFamily> Collect() const override { return families; }
  std::vector<prometheus::MetricFamily> families;
};

prometheus::ClientMetric metric(Labels labels, double value) {
  prometheus::ClientMetric made;
  made.label = std::move(labels);
  made.counter.value = made.gauge.value = made.untyped.value = value;
  return made;
}

prometheus::MetricFamily family(std::string name, Type type, std::vector<prometheus::ClientMetric> metrics) {
  return {std::move(name), "", type, std::move(metrics)};
}

std::string text_of(std::vector<prometheus::MetricFamily> families) {
  Registry registry;
  const auto token = add_prometheus_cpp(registry, std::make_shared<Given>(std::move(families)));
  return to_text(registry);
}

TEST(AddPrometheusCpp, ExposesTheirsBesideOurs) {
  auto theirs = std::make_shared<prometheus::Registry>();
  prometheus::BuildCounter().Name("theirs_total").Help("T.\nTwo.").Register(*theirs).Add({{"x", "1"}}).Increment(2e6);
  prometheus::BuildHistogram().Name("h").Help("H.").Register(*theirs).Add({}, std::vector<double>{1, 2}).Observe(5);
  prometheus::BuildSummary()
      .Name("s")
      .Help("S.")
      .Register(*theirs)
      .Add({}, prometheus::Summary::Quantiles{{0.5, 0.05}})
      .Observe(4);
  Registry registry;
  registry.counter("ours_total", "Ours.").inc();

  auto token = add_prometheus_cpp(registry, theirs);

  EXPECT_EQ(to_text(registry),
            "# HELP h H.\n# TYPE h histogram\n"
            "h_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 0\nh_bucket{le=\"+Inf\"} 1\nh_sum 5\nh_count 1\n"
            "# HELP ours_total Ours.\n# TYPE ours_total counter\nours_total 1\n"
            "# HELP s S.\n# TYPE s summary\ns{quantile=\"0.5\"} 4\ns_sum 4\ns_count 1\n"
            "# HELP theirs_total T.\\nTwo.\n# TYPE theirs_total counter\ntheirs_total{x=\"1\"} 2000000\n");
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

TEST(AddPrometheusCpp, RefusesNull) {
  Registry registry;

  EXPECT_THROW((void)add_prometheus_cpp(registry, nullptr), std::invalid_argument);
}

TEST(AddPrometheusCpp, OurNameWinsOverTheirs) {
  auto theirs = std::make_shared<prometheus::Registry>();
  prometheus::BuildGauge().Name("same").Help("Theirs.").Register(*theirs).Add({}).Set(1);
  Registry registry;
  registry.gauge("same", "Ours.").set(2);

  auto token = add_prometheus_cpp(registry, theirs);

  EXPECT_EQ(to_text(registry), "# HELP same Ours.\n# TYPE same gauge\nsame 2\n");
}

TEST(AddPrometheusCpp, JoinsFamiliesThatDifferInConstantLabels) {
  EXPECT_EQ(text_of({family("a", Type::Gauge, {metric({{"i", "0"}}, 0)}), family("b", Type::Gauge, {metric({}, 7)}),
                     family("a", Type::Gauge, {metric({{"i", "1"}}, 1)})}),
            "# HELP a \n# TYPE a gauge\na{i=\"0\"} 0\na{i=\"1\"} 1\n# HELP b \n# TYPE b gauge\nb 7\n");
}

TEST(AddPrometheusCpp, KeepsTheFirstOfTwoTypesOfOneName) {
  EXPECT_EQ(text_of({family("a", Type::Gauge, {metric({}, 1)}), family("a", Type::Untyped, {metric({{"x", ""}}, 2)})}),
            "# HELP a \n# TYPE a gauge\na 1\n");
}

TEST(AddPrometheusCpp, KeepsNamesLabelOrderAndOddValues) {
  EXPECT_EQ(text_of({family("found", Type::Counter, {metric({{"z", "1"}, {"a", "2"}}, 1)}),
                     family("u", Type::Untyped, {metric({}, -0.0), metric({{"x", "1"}}, std::nan(""))}),
                     family("empty", Type::Gauge, {})}),
            "# HELP found \n# TYPE found counter\nfound{z=\"1\",a=\"2\"} 1\n"
            "# HELP u \n# TYPE u untyped\nu -0\nu{x=\"1\"} NaN\n");
}

TEST(AddPrometheusCpp, LeavesOutCountersThatAreNoCounts) {
  EXPECT_EQ(text_of({family("a", Type::Counter,
                            {metric({{"x", "1"}}, -1), metric({{"x", "2"}}, std::nan("")), metric({}, 3)})}),
            "# HELP a \n# TYPE a counter\na 3\n");
}

TEST(AddPrometheusCpp, ReplacesInvalidUtf8) {
  EXPECT_EQ(text_of({family("a", Type::Gauge, {metric({{"x", "\xC3("}}, 1)})}),
            "# HELP a \n# TYPE a gauge\na{x=\"\xEF\xBF\xBD(\"} 1\n");
}

TEST(AddPrometheusCpp, OrdersBucketsAndAddsTheLast) {
  prometheus::ClientMetric histogram;
  histogram.histogram = {5, 7, {{4, 2}, {1, std::nan("")}, {3, 1}, {1, -kInfinity}}};
  prometheus::ClientMetric closed;
  closed.label = {{"x", "closed"}};
  closed.histogram = {2, 7, {{2, kInfinity}, {1, 1}}};

  EXPECT_EQ(text_of({family("h", Type::Histogram, {histogram, closed})}),
            "# HELP h \n# TYPE h histogram\n"
            "h_bucket{le=\"1\"} 3\nh_bucket{le=\"2\"} 4\nh_bucket{le=\"+Inf\"} 5\nh_sum 7\nh_count 5\n"
            "h_bucket{x=\"closed\",le=\"1\"} 1\nh_bucket{x=\"closed\",le=\"+Inf\"} 2\nh_sum{x=\"closed\"} 7\n"
            "h_count{x=\"closed\"} 2\n");
}

TEST(AddPrometheusCpp, WritesEachQuantileOnce) {
  prometheus::ClientMetric summary;
  summary.summary = {2, 3, {{0.9, 2}, {0.5, std::nan("")}, {0.5, 1}, {std::nan(""), 1}}};

  EXPECT_EQ(text_of({family("s", Type::Summary, {summary})}),
            "# HELP s \n# TYPE s summary\ns{quantile=\"0.5\"} NaN\ns{quantile=\"0.9\"} 2\ns_sum 3\ns_count 2\n");
}

TEST(AddPrometheusCpp, LeavesOutOnlyWhatBreaksTheModel) {
  Registry registry;
  register_library_metrics(registry);
  const auto token = add_prometheus_cpp(
      registry,
      std::make_shared<Given>(std::vector<prometheus::MetricFamily>{
          family("twice", Type::Gauge, {metric({{"x", "1"}}, 1), metric({{"x", "1"}}, 2)}),
          family("same_after_utf8", Type::Gauge, {metric({{"x", "\xFE"}}, 1), metric({{"x", "\xFF"}}, 2)}),
          family("0bad", Type::Gauge, {metric({}, 1)}), family("bad_label", Type::Gauge, {metric({{"a-b", "1"}}, 1)}),
          family("has_le", Type::Histogram, {metric({{"le", "1"}}, 1)}),
          family("good", Type::Gauge, {metric({{"x", "1"}}, 1)})}));

  (void)to_text(registry);
  const auto text = to_text(registry);

  EXPECT_THAT(text, HasSubstr("# TYPE good gauge\ngood{x=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("vitals_collector_errors_total 5\n"));
  for (const auto* name : {"twice", "same_after", "0bad", "bad_label", "has_le"})
    EXPECT_THAT(text, ::testing::Not(HasSubstr(name)));
}

TEST(AddPrometheusCpp, AThrowCostsOnlyTheirs) {
  struct Throws final : prometheus::Collectable {
    std::vector<prometheus::MetricFamily> Collect() const override { throw std::runtime_error("broken"); }
  };
  Registry registry;
  registry.gauge("ours", "O.").set(1);
  const auto broken = add_prometheus_cpp(registry, std::make_shared<Throws>());
  const auto whole = add_prometheus_cpp(
      registry, std::make_shared<Given>(std::vector{family("theirs", Type::Gauge, {metric({}, 2)})}));

  EXPECT_EQ(to_text(registry),
            "# HELP ours O.\n# TYPE ours gauge\nours 1\n# HELP theirs \n# TYPE theirs gauge\ntheirs 2\n");
}

// Their Info came with 1.1; before, a name is just a name.
template <class Infos>
std::string info_text() {
  if constexpr (requires { Infos::Info; }) {
    return text_of({family("build", Infos::Info, {metric({{"version", "1"}}, 0)})});
  } else {
    return "# HELP build_info \n# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n";
  }
}

TEST(AddPrometheusCpp, ExposesInfosWithTheirEnding) {
  EXPECT_EQ(info_text<prometheus::MetricType>(),
            "# HELP build_info \n# TYPE build_info gauge\nbuild_info{version=\"1\"} 1\n");
}

TEST(AddPrometheusCpp, PassesTimesBothWays) {
  auto timed = metric({}, 2);
  timed.timestamp_ms = 1'700'000'000'500;

  EXPECT_EQ(text_of({family("a", Type::Gauge, {timed})}), "# HELP a \n# TYPE a gauge\na 2 1700000000500\n");

  Registry registry;
  registry.keep_collector([](auto& out) {
    out.push_back({"b", "B.", MetricType::Gauge, {{.value = 2, .timestamp = 1'700'000'000'500}}});
  });
  EXPECT_EQ(PrometheusCppCollectable{registry}.Collect().at(0).metric.at(0).timestamp_ms, 1'700'000'000'500);
}

}  // namespace
}  // namespace vitals::testing
