#include <cmath>
#include <limits>
#include <regex>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/golden.hpp"

namespace vitals {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string open_metrics(const std::vector<FamilySnapshot>& families, bool created_lines = false) {
  std::string out;
  expose(families, {.format = Format::OpenMetrics, .created_lines = created_lines}, out);
  return out;
}

std::string with_exemplar(const Exemplar& exemplar) {
  return open_metrics({{"a_total", "", MetricType::Counter, {{.value = 1, .exemplars = {exemplar}}}}});
}

std::string number(double v) {
  std::string out;
  detail::append_float(out, v, Format::OpenMetrics);
  return out;
}

std::string seconds(UnixNanos time) {
  std::string out;
  detail::append_seconds(out, time);
  return out;
}

TEST(OpenMetrics, SaysEveryTypeByteForByte) {
  std::string out;
  expose(test::every_type(), {.format = Format::OpenMetrics, .created_lines = true}, out);
  EXPECT_EQ(out, test::golden("every_type.om"));

  expose(test::every_type(), {.format = Format::OpenMetrics, .escaping = Escaping::Utf8}, out);
  EXPECT_EQ(out, test::golden("every_type_utf8.om"));
}

TEST(OpenMetrics, OfARegistryHasItsFamiliesAndAnEnd) {
  Registry registry;
  registry.counter("jobs_total", "Jobs \"done\".", {"queue"}).with("a").add(1.5);
  registry.gauge("waiting", "Jobs that wait.").set(2);
  registry.histogram("took_seconds", "Time.", Buckets{1}).observe(0.5);

  EXPECT_EQ(to_openmetrics(registry),
            "# TYPE jobs counter\n# HELP jobs Jobs \\\"done\\\".\njobs_total{queue=\"a\"} 1.5\n"
            "# TYPE took_seconds histogram\n# HELP took_seconds Time.\n"
            "took_seconds_bucket{le=\"1.0\"} 1\ntook_seconds_bucket{le=\"+Inf\"} 1\n"
            "took_seconds_sum 0.5\ntook_seconds_count 1\n"
            "# TYPE waiting gauge\n# HELP waiting Jobs that wait.\nwaiting 2.0\n# EOF\n");
}

// The fast way to write histograms had them.
TEST(OpenMetrics, SumsOfARegistryThatAreNegativeOrNaNAreLeftOut) {
  Registry registry;
  auto& family = registry.histogram("h", "H.", {"l"}, Buckets{1});
  family.with("negative").observe(-0.5);
  family.with("nan").observe(kInfinity);
  family.with("nan").observe(-kInfinity);
  family.with("usual").observe(0.5);

  const std::string text = to_openmetrics(registry);

  EXPECT_THAT(text, HasSubstr("h_bucket{l=\"nan\",le=\"+Inf\"} 2\nh_bucket{l=\"usual\",le=\"1.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("h_bucket{l=\"negative\",le=\"+Inf\"} 1\nh_bucket{l=\"nan\",le=\"1.0\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("h_sum{l=\"usual\"} 0.5\nh_count{l=\"usual\"} 1\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("h_sum{l=\"negative\"} -0.5\nh_count{l=\"negative\"} 1\n"));
}

TEST(OpenMetrics, WholeFloatsHaveAPoint) {
  EXPECT_EQ(number(0), "0.0");
  EXPECT_EQ(number(-1), "-1.0");
  EXPECT_EQ(number(0.5), "0.5");
  EXPECT_EQ(number(1e6), "1e+06");
  EXPECT_EQ(number(std::nan("")), "NaN");
  EXPECT_EQ(number(-kInfinity), "-Inf");
}

TEST(OpenMetrics, SecondsAreExact) {
  EXPECT_EQ(seconds(1'700'000'000'123'456'789), "1700000000.123456789");
  EXPECT_EQ(seconds(1'700'000'000'000'000'000), "1700000000.0");
  EXPECT_EQ(seconds(1'700'000'000'100'000'000), "1700000000.1");
  EXPECT_EQ(seconds(1'000'000'001), "1.000000001");
  EXPECT_EQ(seconds(5), "0.000000005");
  EXPECT_EQ(seconds(std::numeric_limits<UnixNanos>::max()), "9223372036.854775807");
}

TEST(OpenMetrics, AnExemplarHasAtMost128CodePoints) {
  const auto of = [](std::string value) { return with_exemplar({{{"id", std::move(value)}}, 1, 0}); };
  std::string wide;
  for (int i = 0; i < 126; ++i) wide += "\xE2\x82\xAC";

  EXPECT_THAT(of(std::string(126, 'x')), HasSubstr(" # {id=\"" + std::string(126, 'x') + "\"} 1.0\n"));
  EXPECT_THAT(of(wide), HasSubstr(" # {id=\"" + wide + "\"} 1.0\n"));
  EXPECT_THAT(of(std::string(127, 'x')), HasSubstr("a_total 1.0\n"));
  EXPECT_THAT(of(wide + "x"), HasSubstr("a_total 1.0\n"));
  EXPECT_THAT(of(std::string(126, '\xFF')), HasSubstr(" # {id="));
  EXPECT_THAT(of(std::string(127, '\xFF')), HasSubstr("a_total 1.0\n"));
}

TEST(OpenMetrics, AnExemplarThatIsTooLongGivesWayToTheNextNewest) {
  MetricSnapshot counter{.value = 1};
  counter.exemplars = {{{{"id", "short"}}, 1, 1'000'000'000}, {{{"id", std::string(200, 'x')}}, 1, 2'000'000'000}};

  EXPECT_THAT(open_metrics({{"a_total", "", MetricType::Counter, {counter}}}),
              HasSubstr("a_total 1.0 # {id=\"short\"} 1.0 1.0\n"));
}

TEST(OpenMetrics, OnlyCountersAndBucketsHaveExemplars) {
  const std::vector<Exemplar> exemplars{{{{"id", "x"}}, 0.5, 1}};
  for (const auto type : {MetricType::Gauge, MetricType::Summary, MetricType::Untyped, MetricType::Info})
    EXPECT_THAT(open_metrics({{"a_info", "", type, {{.value = 1, .exemplars = exemplars}}}}), Not(HasSubstr(" # {")));
  EXPECT_THAT(open_metrics({{"a", "", MetricType::Counter, {{.value = 1, .exemplars = exemplars}}}}),
              Not(HasSubstr(" # {")));
}

TEST(OpenMetrics, InfinityIsInTheOuterBuckets) {
  MetricSnapshot histogram{.count = 2, .buckets = {{0, 1}, {1, 1}, {kInfinity, 2}}};
  histogram.exemplars = {{{{"id", "low"}}, -kInfinity, 1}, {{{"id", "high"}}, kInfinity, 1}};

  const std::string text = open_metrics({{"h", "", MetricType::Histogram, {histogram}}});

  EXPECT_THAT(text, HasSubstr("le=\"0.0\"} 1 # {id=\"low\"} -Inf"));
  EXPECT_THAT(text, HasSubstr("le=\"+Inf\"} 2 # {id=\"high\"} +Inf"));
}

TEST(OpenMetrics, StartTimesAreLinesOnRequestOnly) {
  const std::vector<FamilySnapshot> families{
      {"a_total", "", MetricType::Counter, {{.value = 1, .created = 1'500'000'000}}},
      {"b_total", "", MetricType::Counter, {{.value = 1}}}};

  EXPECT_THAT(open_metrics(families), Not(HasSubstr("_created")));
  EXPECT_THAT(open_metrics(families, true), HasSubstr("a_created 1.5\n"));
  EXPECT_THAT(open_metrics(families, true), Not(HasSubstr("b_created")));
}

TEST(OpenMetrics, AUnitMustEndTheName) {
  const auto with_unit = [](std::string name, MetricType type, std::string unit) {
    return open_metrics({{std::move(name), "", type, {{.value = 1}}, std::move(unit)}});
  };

  EXPECT_THAT(with_unit("a_seconds_total", MetricType::Counter, "seconds"), HasSubstr("# UNIT a_seconds seconds\n"));
  for (const auto* unit : {"second", "econds", "a_seconds", "bytes", "sec onds", ""})
    EXPECT_THAT(with_unit("a_seconds", MetricType::Gauge, unit), Not(HasSubstr("UNIT"))) << unit;
  EXPECT_THAT(with_unit("a_x_info", MetricType::Info, "x"), Not(HasSubstr("UNIT")));
  EXPECT_THAT(with_unit("a_x", MetricType::StateSet, "x"), Not(HasSubstr("UNIT")));
}

TEST(OpenMetrics, EveryLineOfASeriesHasItsTime) {
  Registry registry;
  registry.keep_collector([](auto& out) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const auto at = [](MetricSnapshot metric) {
      metric.timestamp = 1'700'000'000'500;
      return metric;
    };
    const std::vector<Exemplar> exemplars{{{{"t", "1"}}, 1, 0}};
    out.push_back(
        {"a_total", "A.", MetricType::Counter, {at({.value = 2, .exemplars = exemplars, .created = 1'000'000'000})}});
    out.push_back({"b",
                   "B.",
                   MetricType::Histogram,
                   {at({.count = 1, .sum = 1, .buckets = {{1, 1}, {kInfinity, 1}}, .exemplars = exemplars})}});
    out.push_back({"c", "C.", MetricType::Summary, {at({.count = 1, .sum = 1, .quantiles = {{0.5, 1}}})}});
    out.push_back({"d", "D.", MetricType::StateSet, {at({.states = {{"on", true}}})}});
    out.push_back({"e_info", "E.", MetricType::Info, {at({.labels = {{"v", "1"}}, .value = 1})}});
    out.push_back({"f", "F.", MetricType::GaugeHistogram, {at({.count = 1, .sum = 1, .buckets = {{kInfinity, 1}}})}});
    out.push_back({"g", "G.", MetricType::Gauge, {{.labels = {{"l", "now"}}, .value = 1}, at({.value = 1})}});
  });

  std::string text;
  expose(registry, {.format = Format::OpenMetrics, .created_lines = true}, text);
  EXPECT_EQ(std::regex_replace(text, std::regex{"# [A-Z]+ .*\n"}, ""), R"(a_total 2.0 1700000000.5 # {t="1"} 1.0
a_created 1.0 1700000000.5
b_bucket{le="1.0"} 1 1700000000.5 # {t="1"} 1.0
b_bucket{le="+Inf"} 1 1700000000.5
b_sum 1.0 1700000000.5
b_count 1 1700000000.5
c{quantile="0.5"} 1.0 1700000000.5
c_sum 1.0 1700000000.5
c_count 1 1700000000.5
d{d="on"} 1 1700000000.5
e_info{v="1"} 1 1700000000.5
f_bucket{le="+Inf"} 1 1700000000.5
f_gsum 1.0 1700000000.5
f_gcount 1 1700000000.5
g{l="now"} 1.0
g 1.0 1700000000.5
# EOF
)");

  EXPECT_EQ(std::regex_replace(to_text(registry), std::regex{"# [A-Z]+ .*\n"}, ""), R"(a_total 2 1700000000500
b_bucket{le="1"} 1 1700000000500
b_bucket{le="+Inf"} 1 1700000000500
b_sum 1 1700000000500
b_count 1 1700000000500
c{quantile="0.5"} 1 1700000000500
c_sum 1 1700000000500
c_count 1 1700000000500
d{d="on"} 1 1700000000500
e_info{v="1"} 1 1700000000500
f_bucket{le="+Inf"} 1 1700000000500
f_gcount 1 1700000000500
f_gsum 1 1700000000500
g{l="now"} 1
g 1 1700000000500
)");
  // Field 6 of the message Metric, a varint: of each series with a time, and no other.
  const std::string field{"\x30\xF4\xD3\x95\xFF\xBC\x31"};
  std::size_t times = 0;
  const std::string protobuf = to_protobuf(registry);
  for (std::size_t at = protobuf.find(field); at != std::string::npos; at = protobuf.find(field, at + 1)) ++times;
  EXPECT_EQ(times, 7u);
}

}  // namespace
}  // namespace vitals
