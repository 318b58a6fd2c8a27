#include "http/history/history.hpp"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;

constexpr double kInf = std::numeric_limits<double>::infinity();

// A registry's families by hand, and a history of them that is sampled each five seconds.
struct HistoryTest : testing::Test {
  void sample(std::chrono::nanoseconds later = History::kInterval) {
    now += later;
    history.sample(families, now, std::chrono::nanoseconds{now.time_since_epoch()}.count());
  }
  [[nodiscard]] const Track* track(std::string_view name, const std::vector<Label>& labels = {}) const {
    const auto family = history.families().find(name);
    if (family == history.families().end()) return nullptr;
    const auto found = family->second.tracks.find(labels);
    return found == family->second.tracks.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::vector<TrackRow> rows(std::string_view name, std::chrono::seconds range) const {
    return history.rows(*track(name), history.view(range));
  }
  [[nodiscard]] double increase(std::string_view name, std::chrono::seconds range) const {
    double sum = 0;
    for (const auto& row : rows(name, range)) sum += row.increase;
    return sum;
  }
  [[nodiscard]] std::chrono::nanoseconds covered(std::chrono::seconds range) const {
    std::chrono::nanoseconds sum{};
    for (const auto& slot : history.view(range).slots) sum += slot.length;
    return sum;
  }
  FamilySnapshot& declare(std::string name, MetricType type) {
    families.push_back({.name = std::move(name), .help = "A.", .type = type, .metrics = {{}}});
    return families.back();
  }

  History::TimePoint now{std::chrono::hours{1'000}};
  std::vector<FamilySnapshot> families;
  History history{std::size_t{4} << 20};
};

MetricSnapshot histogram(const std::vector<std::uint64_t>& counts) {
  MetricSnapshot metric;
  const double bounds[] = {0.05, 0.1, 0.5, kInf};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    metric.count += counts[i];
    metric.sum += static_cast<double>(counts[i]);
    metric.buckets.push_back({bounds[i], metric.count});
  }
  metric.buckets.back().upper_bound = kInf;
  return metric;
}

// Whatever is asked for, what is added up is what was counted in the time that is covered, to the last event.
TEST_F(HistoryTest, CountsAreTrueOverEachRange) {
  families.reserve(2);
  declare("a_total", MetricType::Counter);
  declare("b_seconds", MetricType::Histogram).metrics = {histogram({0, 0, 0, 0})};
  std::mt19937_64 random{1};
  std::vector<std::uint64_t> counted;
  std::vector<std::uint64_t> buckets(4);
  std::uint64_t total = 0;
  sample();
  for (int tick = 1; tick <= 9'000; ++tick) {  // twelve hours and a half
    const std::uint64_t more = random() % 4 == 0 ? random() % 1'000 : 0;
    counted.push_back(more);
    total += more;
    families[0].metrics[0].value = static_cast<double>(total);
    buckets[random() % 4] += more;
    families[1].metrics[0] = histogram(buckets);
    sample();
    if (tick > 200 && tick % 97 != 0) continue;
    for (const auto range : {30s, 300s, 3'600s, 86'400s, 2'592'000s}) {
      const auto ticks = static_cast<std::size_t>(covered(range) / History::kInterval);
      ASSERT_EQ(covered(range) % History::kInterval, 0s);
      ASSERT_GE(ticks, std::min<std::size_t>(counted.size(), static_cast<std::size_t>(range / History::kInterval)));
      ASSERT_LE(ticks, counted.size());
      const auto expected = std::accumulate(counted.end() - static_cast<std::ptrdiff_t>(ticks), counted.end(), 0.0);
      ASSERT_EQ(increase("a_total", range), expected) << tick << ' ' << range.count();
      std::uint64_t observed = 0;
      for (const auto& row : rows("b_seconds", range)) observed += row.count();
      ASSERT_EQ(static_cast<double>(observed), expected) << tick << ' ' << range.count();
    }
  }
  EXPECT_EQ(history.view(300s).slots.size(), 60U);
  EXPECT_LE(history.view(3'600s).slots.size(), 61U);
  EXPECT_LE(history.view(86'400s).slots.size(), 49U);
}

TEST_F(HistoryTest, BucketsAreAddedUpAndNotPercentiles) {
  declare("b_seconds", MetricType::Histogram).metrics = {histogram({5, 0, 0, 0})};
  sample();
  std::vector<std::uint64_t> counts{5, 0, 0, 0};
  for (int i = 0; i < 120; ++i) {
    counts[i % 2 == 0 ? 0 : 2] += i % 2 == 0 ? 99 : 1;
    families[0].metrics[0] = histogram(counts);
    sample();
  }
  std::vector<std::uint64_t> sums(4);
  for (const auto& row : rows("b_seconds", 3'600s)) {
    for (std::size_t i = 0; i < 4; ++i) sums[i] += row.buckets[i];
  }
  EXPECT_EQ(sums, (std::vector<std::uint64_t>{5'940, 0, 60, 0}));
  EXPECT_EQ(track("b_seconds")->bounds(), (std::vector<double>{0.05, 0.1, 0.5}));
}

TEST_F(HistoryTest, GaugesKeepWhatTheyWereAndTheHighest) {
  declare("g", MetricType::Gauge);
  sample();
  for (int i = 1; i <= 24; ++i) {
    families[0].metrics[0].value = i == 3 ? 7.25 : -i;
    sample();
  }
  for (int i = 0; i < 100; ++i) sample();
  const auto hour = rows("g", 3'600s);
  EXPECT_EQ(hour[0].most, 7.25);
  EXPECT_EQ(hour[0].last, -12);
  EXPECT_EQ(hour[1].most, -13);
  EXPECT_EQ(hour[1].last, -24);
}

TEST_F(HistoryTest, NumbersAreKeptToTheLastPlace) {
  declare("g", MetricType::Gauge);
  declare("a_total", MetricType::Counter);
  sample();
  std::mt19937_64 random{1};
  for (const double value :
       {0.0, 1.0, 0.1, -3.0, 1.5e300, 1796023755.549, 1.0 / 3, 9007199254740993.0, 4e-320, kInf, -kInf}) {
    families[0].metrics[0].value = value;
    sample();
    const double kept = rows("g", 5s).back().last;
    EXPECT_TRUE(kept == value || std::abs(kept - value) <= std::abs(value) * 1e-15 + 1e-323) << value << ' ' << kept;
  }
  families[0].metrics[0].value = std::nan("");
  families[1].metrics[0].value = 0.1;
  sample();
  EXPECT_TRUE(std::isnan(rows("g", 5s).back().last));
  EXPECT_EQ(rows("a_total", 5s).back().increase, 0.1);
}

TEST_F(HistoryTest, CountThatGoesDownBeganAnew) {
  declare("a_total", MetricType::Counter).metrics[0].value = 100;
  sample();
  for (const double value : {110, 4, 9}) {
    families[0].metrics[0].value = value;
    sample();
  }
  EXPECT_EQ(increase("a_total", 300s), 10 + 4 + 5);
}

TEST_F(HistoryTest, NewSeriesCountFromZeroAndOldOnesFromWhatTheyAre) {
  sample();
  declare("new_total", MetricType::Counter).metrics[0] = {.value = 7, .created = (now.time_since_epoch() + 1s).count()};
  declare("old_total", MetricType::Counter).metrics[0] = {.value = 1'000, .created = 1};
  sample();
  families[1].metrics[0].value = 1'002;
  sample();
  EXPECT_EQ(increase("new_total", 300s), 7);
  EXPECT_EQ(increase("old_total", 300s), 2);
}

TEST_F(HistoryTest, TimeInWhichTheProcessDidNotRunIsAGap) {
  declare("g", MetricType::Gauge);
  for (int i = 0; i < 5; ++i) sample();
  sample(1h);
  sample();
  const auto slots = history.view(300s).slots;
  ASSERT_EQ(slots.size(), 2U) << "what is older than the range is left out";
  EXPECT_TRUE(slots[0].has_gap);
  EXPECT_EQ(slots[0].length, 1h);
  EXPECT_FALSE(slots[1].has_gap);
}

TEST_F(HistoryTest, SeriesThatEndHaveNothingFromThenOn) {
  declare("a_total", MetricType::Counter).metrics = {{.labels = {{"x", "1"}}, .value = 1}, {.labels = {{"x", "2"}}}};
  declare("g", MetricType::Gauge).metrics = {{.labels = {{"x", "1"}}, .value = 1}, {.labels = {{"x", "2"}}}};
  sample();
  sample();
  families[0].metrics.erase(families[0].metrics.begin());
  families[1].metrics.erase(families[1].metrics.begin());
  sample();
  const auto view = history.view(300s);
  EXPECT_TRUE(std::isnan(history.rows(*track("g", {{"x", "1"}}), view).back().last));
  EXPECT_EQ(history.rows(*track("g", {{"x", "1"}}), view).front().last, 1);
  EXPECT_EQ(history.rows(*track("a_total", {{"x", "1"}}), view).back().increase, 0);
  for (int i = 0; i < 17'300; ++i) sample();
  EXPECT_EQ(track("g", {{"x", "1"}}), nullptr) << "forgotten after a day";
  EXPECT_NE(track("g", {{"x", "2"}}), nullptr);
}

TEST_F(HistoryTest, NameThatWasGivenToAnotherMetricBeginsAnew) {
  declare("a", MetricType::Gauge).metrics[0].value = 3;
  sample();
  sample();
  families[0] = {.name = "a", .help = "B.", .type = MetricType::Histogram, .metrics = {histogram({1, 1, 1, 1})}};
  sample();
  EXPECT_EQ(track("a")->bounds().size(), 3U);
  families[0].metrics = {histogram({1, 1, 1})};
  sample();
  EXPECT_EQ(track("a")->bounds().size(), 2U);
  EXPECT_EQ(rows("a", 300s).size(), history.view(300s).slots.size());
}

TEST_F(HistoryTest, RouteTakesLessThan16KiB) {
  constexpr std::uint64_t kPerSample = 500'000;  // 100,000 requests a second
  auto& family = declare("http_request_duration_seconds", MetricType::Histogram);
  const auto at = [](std::uint64_t n) {
    MetricSnapshot metric;
    for (std::uint64_t i = 1; i <= 16; ++i)
      metric.buckets.push_back({i == 16 ? kInf : 0.01 * static_cast<double>(i), n * i / 16 * 16});
    metric.count = metric.buckets.back().cumulative_count;
    metric.sum = 0.1 * static_cast<double>(n);
    return metric;
  };
  for (std::uint64_t i = 1; i <= 50'000; ++i) {
    family.metrics[0] = at(i * kPerSample);
    sample();
  }
  EXPECT_LE(track("http_request_duration_seconds")->bytes(), 16'384U);
  EXPECT_GE(track("http_request_duration_seconds")->bytes(), 4'096U);
}

TEST_F(HistoryTest, MemoryIsBoundedAndWhatIsWellKnownStays) {
  constexpr std::size_t kMost = 200'000;
  History small{kMost};
  auto& unknown = declare("a_total", MetricType::Counter);
  unknown.metrics.clear();
  for (int i = 0; i < 10'000; ++i) unknown.metrics.push_back({.labels = {{"n", std::to_string(i)}}});
  for (int tick = 0; tick < 400; ++tick) {
    if (tick == 100) declare("http_requests_total", MetricType::Counter);
    for (auto& metric : families[0].metrics) metric.value += 1'000'000'000;
    small.sample(families, now += History::kInterval, 0);
    ASSERT_LE(small.bytes(), kMost);
    ASSERT_EQ(small.families().contains("http_requests_total"), tick >= 100);
  }
  const auto kept = small.families().find("a_total")->second.tracks.size();
  EXPECT_GT(kept, 50U);
  EXPECT_EQ(small.left_out(), 10'000 - kept);
}

}  // namespace
}  // namespace vitals::detail
