#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

// What becomes of one family that a collector gives, beside a good one.
struct CollectedTest : ::testing::Test {
  enum Outcome { Shown, Mended, LeftOut };

  Outcome give(MetricType type, MetricSnapshot metric, std::string name = "x") {
    told.clear();
    Registry registry{{.on_collector_error = [this](std::string_view message) { told = message; }}};
    register_library_metrics(registry);
    registry.keep_collector([&](auto& out) {
      out.push_back({name, "X.", type, {metric}, unit});
      out.push_back({"good", "Good.", MetricType::Gauge, {{.value = 1}}});
    });
    (void)registry.snapshot();
    text = to_openmetrics(registry);
    EXPECT_THAT(text, HasSubstr("good 1.0\n"));
    const bool shown = text.find("# TYPE x ") != std::string::npos;
    // Two scrapes more: each finds the errors of those before.
    const bool error = text.find("vitals_collector_errors_total 0\n") == std::string::npos;
    EXPECT_TRUE(shown || error);
    return !shown ? LeftOut : error ? Mended : Shown;
  }

  std::string unit;
  std::string text;
  std::string told;
};

TEST_F(CollectedTest, CountersAreNotNegativeNorNaN) {
  EXPECT_EQ(give(MetricType::Counter, {.value = 0}, "x_total"), Shown);
  EXPECT_EQ(give(MetricType::Counter, {.value = -1}, "x_total"), LeftOut);
  EXPECT_EQ(give(MetricType::Counter, {.value = kNaN}, "x_total"), LeftOut);
  EXPECT_EQ(give(MetricType::Gauge, {.value = kNaN}), Shown);
  EXPECT_EQ(give(MetricType::Untyped, {.value = -1}), Shown);
}

TEST_F(CollectedTest, InfosAreOne) {
  EXPECT_EQ(give(MetricType::Info, {.labels = {{"a", "b"}}, .value = 1}, "x_info"), Shown);
  EXPECT_EQ(give(MetricType::Info, {.labels = {{"a", "b"}}}, "x_info"), Shown);
  EXPECT_EQ(give(MetricType::Info, {.labels = {{"a", "b"}}, .value = 2}, "x_info"), LeftOut);
}

TEST_F(CollectedTest, HistogramsAscend) {
  for (const auto type : {MetricType::Histogram, MetricType::GaugeHistogram}) {
    EXPECT_EQ(give(type, {.count = 2, .sum = 1, .buckets = {{1, 1}, {kInfinity, 2}}}), Shown);
    EXPECT_EQ(give(type, {.count = 2, .sum = 1}), Shown);
    EXPECT_EQ(give(type, {.count = 2, .sum = 1, .buckets = {{2, 1}, {1, 1}, {kInfinity, 2}}}), LeftOut);
    EXPECT_EQ(give(type, {.count = 2, .sum = 1, .buckets = {{1, 1}, {1, 1}, {kInfinity, 2}}}), LeftOut);
    EXPECT_EQ(give(type, {.count = 2, .sum = 1, .buckets = {{kNaN, 1}}}), LeftOut);
    EXPECT_EQ(give(type, {.labels = {{"le", "1"}}, .count = 2}), LeftOut);
  }
}

// Not mended: nobody can tell which number was meant.
TEST_F(CollectedTest, HistogramsDontContradictThemselves) {
  using Buckets = std::vector<MetricSnapshot::Bucket>;
  const auto fault = [&](std::uint64_t count, double sum, Buckets buckets) {
    const MetricSnapshot metric{.count = count, .sum = sum, .buckets = std::move(buckets)};
    EXPECT_EQ(give(MetricType::Histogram, metric), LeftOut);
    return told;
  };

  EXPECT_THAT(fault(9, 10, {{1, 5}, {2, 3}, {kInfinity, 1}}), HasSubstr("bucket counts must be cumulative"));
  EXPECT_THAT(fault(3, 1, {{1, 1}, {2, 3}}), HasSubstr("the bucket +Inf is missing"));
  EXPECT_THAT(fault(2, 1, {{1, 1}, {kInfinity, 3}}), HasSubstr("+Inf holds 3 observations and the count is 2"));
  EXPECT_THAT(fault(4, 1, {{1, 1}, {kInfinity, 3}}), HasSubstr("make them equal"));
  const auto negative = static_cast<std::uint64_t>(-1);
  EXPECT_THAT(fault(negative, 1, {{1, 1}, {kInfinity, negative}}), HasSubstr("give counts from 0"));
  EXPECT_THAT(fault(negative, 1, {}), HasSubstr("give counts from 0"));
  EXPECT_THAT(fault(2, 1, {{2, 1}, {1, 1}, {kInfinity, 2}}), HasSubstr("bucket bounds must ascend"));
  EXPECT_THAT(fault(0, 1, {{1, 0}, {kInfinity, 0}}), HasSubstr("the count is 0 and the sum is not"));
  EXPECT_THAT(fault(2, -1, {{0, 0}, {kInfinity, 2}}), HasSubstr("the sum is negative"));
  EXPECT_THAT(fault(2, 1, {{-1, 1}, {0, 2}, {kInfinity, 2}}), HasSubstr("the sum is positive"));
  EXPECT_THAT(told, HasSubstr("vitals: metric \"x\": "));
  EXPECT_THAT(told, HasSubstr("; the family is left out"));
  EXPECT_EQ(give(MetricType::GaugeHistogram, {.count = 3, .sum = 1, .buckets = {{1, 4}, {kInfinity, 3}}}), LeftOut);
}

TEST_F(CollectedTest, SumsMayBeWhatObservationsMakeThem) {
  for (const double sum : {-1.0, 0.0, 1.0, kInfinity, kNaN}) {
    EXPECT_EQ(give(MetricType::Histogram, {.count = 2, .sum = sum, .buckets = {{1, 1}, {kInfinity, 2}}}), Shown);
    EXPECT_EQ(give(MetricType::Histogram, {.count = 2, .sum = sum, .buckets = {{0, 1}, {kInfinity, 2}}}), Shown);
    EXPECT_EQ(give(MetricType::Summary, {.count = 2, .sum = sum}), Shown);
  }
  EXPECT_EQ(give(MetricType::Histogram, {.count = 0, .sum = kNaN, .buckets = {{1, 0}, {kInfinity, 0}}}), Shown);
  EXPECT_EQ(give(MetricType::Summary, {.count = 0, .sum = 1}), Shown);
  // What rounding leaves when everything has gone again.
  EXPECT_EQ(give(MetricType::GaugeHistogram, {.count = 0, .sum = 2e-17, .buckets = {{0, 0}, {kInfinity, 0}}}), Shown);
  EXPECT_EQ(give(MetricType::Summary, {.count = std::uint64_t{1} << 63, .sum = 1}), LeftOut);
}

TEST_F(CollectedTest, TimestampsAreMilliseconds) {
  constexpr std::int64_t kMillis = 1'700'000'000'125;
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1, .timestamp = kMillis}), Shown);
  EXPECT_THAT(text, HasSubstr("x 1.0 1700000000.125\n"));
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1, .timestamp = 1}), Shown);
  EXPECT_THAT(text, HasSubstr("x 1.0 0.001\n"));
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1, .timestamp = 253'402'300'799'999}), Shown);
  EXPECT_THAT(text, HasSubstr("x 1.0 253402300799.999\n"));

  for (const std::int64_t wrong : {std::int64_t{-1}, 1000 * kMillis, 1'000'000 * kMillis}) {
    EXPECT_EQ(give(MetricType::Counter, {.value = 1, .timestamp = wrong}, "x_total"), LeftOut);
    EXPECT_THAT(told, HasSubstr("timestamp " + std::to_string(wrong) + ": it must be milliseconds since 1970"));
  }
}

TEST_F(CollectedTest, NativeBucketsAscendWithASchemaThatThereIs) {
  const auto native = [](NativeBuckets buckets) {
    buckets.present = true;
    return MetricSnapshot{.count = 3, .sum = 1, .native = std::move(buckets)};
  };

  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 3, .positive = {{-1, 1}, {5, 2}}})), Shown);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 9, .positive = {{1, 3}}})), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = -5, .positive = {{1, 3}}})), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 0, .positive = {{5, 1}, {1, 2}}})), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 0, .negative = {{1, 1}, {1, 2}}})), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 0, .zero_threshold = kNaN, .zero_count = 3})), LeftOut);
}

// Readers fail the whole scrape for those.
TEST_F(CollectedTest, NativeBucketsArePossibleAndAddUp) {
  const auto native = [](NativeBuckets buckets, std::uint64_t count, double sum = 1) {
    buckets.present = true;
    return MetricSnapshot{.count = count, .sum = sum, .native = std::move(buckets)};
  };
  constexpr auto kHalf = std::uint64_t{1} << 63;

  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 8, .positive = {{262'145, 3}}}, 3)), Shown);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = -4, .negative = {{-68, 1}, {65, 2}}}, 3)), Shown);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 8, .positive = {{275'202, 3}}}, 3)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.schema = 0, .positive = {{-2'000'000'000, 1}}}, 1)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.positive = {{1, kHalf - 1}}}, kHalf - 1)), Shown);
  EXPECT_EQ(give(MetricType::Histogram, native({.positive = {{1, kHalf - 1}}}, 0)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.positive = {{1, kHalf - 1}, {2, 1}}}, kHalf)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.zero_count = kHalf, .positive = {{2, kHalf}}}, 0)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.positive = {{1, 2}}}, 3)), LeftOut);
  EXPECT_EQ(give(MetricType::Histogram, native({.positive = {{1, 2}}}, 3, kNaN)), Shown);
}

TEST_F(CollectedTest, QuantilesLieWithinZeroAndOne) {
  EXPECT_EQ(give(MetricType::Summary, {.count = 1, .sum = 1, .quantiles = {{0, 1}, {1, kNaN}}}), Shown);
  EXPECT_EQ(give(MetricType::Summary, {.count = 1, .sum = 1, .quantiles = {{-0.1, 1}}}), LeftOut);
  EXPECT_EQ(give(MetricType::Summary, {.count = 1, .sum = 1, .quantiles = {{1.1, 1}}}), LeftOut);
  EXPECT_EQ(give(MetricType::Summary, {.count = 1, .sum = 1, .quantiles = {{kNaN, 1}}}), LeftOut);
  EXPECT_EQ(give(MetricType::Summary, {.count = 1, .sum = 1, .quantiles = {{0.5, 1}, {0.5, 2}}}), LeftOut);
}

TEST_F(CollectedTest, StatesHaveNamesOfTheirOwn) {
  EXPECT_EQ(give(MetricType::StateSet, {.states = {{"a", true}, {"b", false}}}), Shown);
  EXPECT_EQ(give(MetricType::StateSet, {}), LeftOut);
  EXPECT_EQ(give(MetricType::StateSet, {.states = {{"", true}}}), LeftOut);
  EXPECT_EQ(give(MetricType::StateSet, {.states = {{"a", true}, {"a", false}}}), LeftOut);
  EXPECT_EQ(give(MetricType::StateSet, {.states = {{"\xFF", true}, {"\xFE", false}}}), LeftOut);
  EXPECT_EQ(give(MetricType::StateSet, {.labels = {{"x", "1"}}, .states = {{"a", true}}}), LeftOut);
}

TEST_F(CollectedTest, BadExemplarsAreDropped) {
  const auto with = [](Exemplar exemplar) { return MetricSnapshot{.value = 1, .exemplars = {std::move(exemplar)}}; };

  EXPECT_EQ(give(MetricType::Counter, with({{{"a", "1"}}, 1, 1}), "x_total"), Shown);
  EXPECT_THAT(text, HasSubstr(" # {a=\"1\"} "));
  for (Exemplar bad : {Exemplar{{{"", "1"}}, 1, 1}, Exemplar{{{"a", "1"}, {"a", "2"}}, 1, 1},
                       Exemplar{{{"a", std::string(128, 'x')}}, 1, 1}, Exemplar{{{"a", "1"}}, kNaN, 1}}) {
    EXPECT_EQ(give(MetricType::Counter, with(std::move(bad)), "x_total"), Mended);
    EXPECT_THAT(text, Not(HasSubstr(" # {")));
  }
}

// To readers an empty label is none.
TEST(Collected, SeriesDifferInMoreThanEmptyLabels) {
  Registry registry;
  std::vector<Label> labels{{"a", ""}};
  registry.keep_collector([&](auto& out) {
    out.push_back({"x", "X.", MetricType::Gauge, {{.value = 1}, {.labels = labels, .value = 2}}});
  });

  EXPECT_THAT(to_text(registry), Not(HasSubstr("x{")));
  labels[0].value = "1";
  EXPECT_THAT(to_text(registry), HasSubstr("x 1\nx{a=\"1\"} 2\n"));
}

TEST_F(CollectedTest, BadUnitsAreDropped) {
  unit = "seconds";
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1}), Mended);
  EXPECT_THAT(text, Not(HasSubstr("# UNIT")));
  unit = "x";
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1}), Mended);
  unit.clear();
  EXPECT_EQ(give(MetricType::Gauge, {.value = 1}), Shown);
}

}  // namespace
}  // namespace vitals
