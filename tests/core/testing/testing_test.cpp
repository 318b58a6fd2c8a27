#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint_declaration.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using namespace std::chrono_literals;
using vitals::testing::compare;
using vitals::testing::Delta;
using vitals::testing::FakeClock;
using vitals::testing::value;

// docs/testing.md quotes this: what a program's own test looks like.
// [example]
void handle(vitals::Registry& registry, bool good) {
  auto& requests = registry.counter("requests_total", "Requests.", {"status"});
  requests.with(good ? "200" : "500").inc();
}

TEST(Handler, CountsRequestsByStatus) {
  vitals::Registry registry;
  vitals::testing::Delta errors{registry, "requests_total", {{"status", "500"}}};

  handle(registry, true);
  handle(registry, false);

  EXPECT_EQ(errors.value(), 1);
  EXPECT_EQ(vitals::testing::value(registry, "requests_total", {{"status", "200"}}), 1);
  EXPECT_EQ(vitals::testing::compare(registry, R"(
    # HELP requests_total Requests.
    # TYPE requests_total counter
    requests_total{status="200"} 1
    requests_total{status="500"} 1
  )"),
            "");
}
// [example]

TEST(TestingValue, FindsSamplesOfEachType) {
  Registry registry;
  registry.gauge("a", "A.").set(-2);
  auto& histogram = registry.histogram("b_seconds", "B.", {"l"}, Buckets{0.5, 1}).with("x");
  histogram.observe(0.7);
  registry.info("build", "Build.", {{"version", "1.0"}});
  registry.keep_collector([](auto& out) {
    out.push_back({"mode", "Mode.", MetricType::StateSet, {{.states = {{"on", true}, {"off", false}}}}});
    out.push_back({"d", "D.", MetricType::Summary, {{.count = 2, .sum = 3, .quantiles = {{0.5, 1.5}}}}});
  });

  EXPECT_EQ(value(registry, "a"), -2);
  EXPECT_EQ(value(registry, "b_seconds_count", {{"l", "x"}}), 1);
  EXPECT_EQ(value(registry, "b_seconds_sum", {{"l", "x"}}), 0.7);
  EXPECT_EQ(value(registry, "b_seconds_bucket", {{"l", "x"}, {"le", "0.5"}}), 0);
  EXPECT_EQ(value(registry, "b_seconds_bucket", {{"le", "1.0"}, {"l", "x"}}), 1);
  EXPECT_EQ(value(registry, "b_seconds_bucket", {{"l", "x"}, {"le", "+Inf"}}), 1);
  EXPECT_EQ(value(registry, "build_info", {{"version", "1.0"}}), 1);
  EXPECT_EQ(value(registry, "mode", {{"mode", "on"}}), 1);
  EXPECT_EQ(value(registry, "mode", {{"mode", "off"}}), 0);
  EXPECT_EQ(value(registry, "d", {{"quantile", "0.5"}}), 1.5);
  EXPECT_EQ(value(registry, "d_sum"), 3);
}

TEST(TestingValue, IsEmptyForWhatIsNotThere) {
  Registry registry;
  registry.counter("a_total", "A.", {"x", "y"}).with("1", "2").inc();
  registry.histogram("b", "B.", Buckets{1});

  EXPECT_EQ(value(registry, "a_total"), std::nullopt);
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), std::nullopt);
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}, {"y", "3"}}), std::nullopt);
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}, {"y", "2"}, {"z", ""}}), std::nullopt);
  EXPECT_EQ(value(registry, "a", {{"x", "1"}, {"y", "2"}}), std::nullopt);
  EXPECT_EQ(value(registry, "b"), std::nullopt);
  EXPECT_EQ(value(registry, "b_bucket"), std::nullopt);
  EXPECT_EQ(value(registry, "b_bucket", {{"le", "2"}}), std::nullopt);
}

TEST(TestingValue, OfHistogramsIsWhatScrapesShow) {
  Registry registry;
  registry.histogram("a", "A.", Native{}).observe(1);
  registry.keep_collector([](auto& out) { out.push_back({"b", "B.", MetricType::GaugeHistogram, {{.count = 5}}}); });

  EXPECT_EQ(value(registry, "a_bucket", {{"le", "+Inf"}}), 1);
  EXPECT_EQ(value(registry, "b_bucket", {{"le", "+Inf"}}), 5);
  EXPECT_EQ(value(registry, "b_gcount"), 5);
}

TEST(TestingValue, ConstantLabelsMayBeLeftOut) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  registry.gauge("a", "A.", {"x"}).with("1").set(5);

  EXPECT_EQ(value(registry, "a", {{"x", "1"}}), 5);
  EXPECT_EQ(value(registry, "a", {{"x", "1"}, {"zone", "a"}}), 5);
  EXPECT_EQ(value(registry, "a", {{"x", "1"}, {"zone", "b"}}), std::nullopt);
}

TEST(TestingDelta, CountsFromItsConstruction) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  counter.inc(7);

  const Delta delta{registry, "a_total"};
  const Delta missing{registry, "b_total"};
  counter.inc(2);

  EXPECT_EQ(delta.value(), 2);
  EXPECT_EQ(missing.value(), 0);
}

TEST(TestingCompare, ShowsTheLinesThatDiffer) {
  Registry registry;
  registry.counter("a_total", "A.").inc(2);
  registry.gauge("b", "B.").set(1);

  EXPECT_EQ(compare(registry, "# HELP b B.\n# TYPE b gauge\nb 1\n", {"b"}), "");
  EXPECT_EQ(compare(registry, "# HELP b B.\n# TYPE b gauge\nb 2\nb{x=\"1\"} 1", {"b"}),
            "  # HELP b B.\n  # TYPE b gauge\n- b 2\n- b{x=\"1\"} 1\n+ b 1\n");
  EXPECT_EQ(compare(registry, "", {"a_total"}), "+ # HELP a_total A.\n+ # TYPE a_total counter\n+ a_total 2\n");
  EXPECT_EQ(compare(registry, "nothing", {"none"}), "- nothing\n");
}

TEST(TestingCompare, KeepsLinesThatMovedTogether) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"i"});
  for (int i = 0; i < 5; ++i) family.with(i).set(i);

  EXPECT_EQ(compare(registry, "# HELP a A.\n# TYPE a gauge\na{i=\"0\"} 0\na{i=\"2\"} 2\na{i=\"3\"} 4\na{i=\"4\"} 4\n"),
            "  # TYPE a gauge\n  a{i=\"0\"} 0\n+ a{i=\"1\"} 1\n  a{i=\"2\"} 2\n- a{i=\"3\"} 4\n+ a{i=\"3\"} 3\n"
            "  a{i=\"4\"} 4\n");
}

TEST(TestingMessages, ShowLabelsAndProblemsInWords) {
  const Label label{"status", "200"};
  const LintProblem problem{
      .line = 3, .column = 7, .metric = "a", .rule = "counter-total", .message = "rename it", .severity = {}};

  EXPECT_EQ(::testing::PrintToString(label), "status=\"200\"");
  EXPECT_EQ(::testing::PrintToString(problem), "3:7 error a: rename it [counter-total]");
}

TEST(FakeClock, GoesOnWhenItIsTold) {
  FakeClock clock{1'000};

  clock.advance(3s);

  EXPECT_EQ(clock.unix_nanos(), 3'000'001'000);
  EXPECT_EQ(clock.steady_nanos(), 3'000'000'000);
}

}  // namespace
}  // namespace vitals
