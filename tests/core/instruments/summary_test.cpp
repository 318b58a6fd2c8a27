#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/cells/cells.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;

constexpr double kError = 0.0055;
constexpr double kInf = std::numeric_limits<double>::infinity();

class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t steady_nanos() const noexcept override { return now_.load(std::memory_order_relaxed); }
  void advance(std::chrono::nanoseconds by) { now_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> now_{0};
};

// Of that rank in the sorted values, as the contract says.
double exact_quantile(std::vector<double> all, double q) {
  std::sort(all.begin(), all.end());
  const auto rank = static_cast<std::size_t>(std::ceil(std::nextafter(q * static_cast<double>(all.size()), 0.0)));
  return all[std::max<std::size_t>(rank, 1) - 1];
}

void expect_within_error(const std::string& what, const std::vector<double>& all) {
  Registry registry;
  auto& summary = registry.summary("a", "A.");
  for (const double v : all) summary.observe(v);
  const auto snapshot = summary.snapshot();

  ASSERT_EQ(snapshot.count(), all.size());
  ASSERT_EQ(snapshot.window_count(), all.size());
  for (const double q : {0.0, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0}) {
    const double exact = exact_quantile(all, q);
    EXPECT_LE(std::abs(snapshot.quantile(q) - exact), kError * std::abs(exact)) << what << " " << q;
  }
}

template <class Distribution>
std::vector<double> drawn(Distribution distribution, std::size_t n = 100'000) {
  std::mt19937_64 random{11};
  std::vector<double> all(n);
  for (auto& v : all) v = distribution(random);
  return all;
}

TEST(Summary, QuantilesAreWithinTheStatedError) {
  expect_within_error("lognormal", drawn(std::lognormal_distribution<double>{-3, 1}));
  expect_within_error("uniform", drawn(std::uniform_real_distribution<double>{0, 1}));
  expect_within_error("constant", std::vector<double>(1000, 0.123));
  expect_within_error("one", {42});
  expect_within_error("negative", drawn(std::normal_distribution<double>{-5, 2}));
  expect_within_error("around zero", drawn(std::normal_distribution<double>{0, 1}, 20'000));

  auto pareto = drawn(std::uniform_real_distribution<double>{0, 1});
  for (double& v : pareto) v = 0.001 / (1 - v);
  expect_within_error("Pareto", pareto);

  auto bimodal = drawn(std::normal_distribution<double>{0.01, 0.001});
  for (std::size_t i = 0; i < bimodal.size(); i += 10) bimodal[i] = std::abs(bimodal[i]) * 1000;
  expect_within_error("bimodal", bimodal);

  auto zeros = drawn(std::lognormal_distribution<double>{0, 1});
  for (std::size_t i = 0; i < zeros.size(); i += 2) zeros[i] = i % 4 == 0 ? 0.0 : -zeros[i];
  expect_within_error("with zeros", zeros);

  expect_within_error("extremes", {std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest(), 1e-300,
                                   std::numeric_limits<double>::min(), 1, -1, 0});
}

TEST(Summary, ErrorDoublesWithEachHalvingOfResolution) {
  std::vector<double> all;
  for (int i = 0; i < 64 * 40; ++i) all.push_back(std::exp2(i / 64.0 - 20));
  Registry registry;
  auto& summary = registry.summary("a", "A.");
  for (const double v : all) summary.observe(v);

  for (const double q : {0.25, 0.5, 0.99})
    EXPECT_NEAR(summary.snapshot().quantile(q) / exact_quantile(all, q), 1, 2 * kError) << q;
}

TEST(Summary, InfinitiesAreTheirOwnQuantiles) {
  Registry registry;
  auto& summary = registry.summary("a", "A.");
  for (const double v : {-kInf, 1.0, kInf}) summary.observe(v);

  EXPECT_EQ(summary.snapshot().quantile(0), -kInf);
  EXPECT_NEAR(summary.snapshot().quantile(0.5), 1, kError);
  EXPECT_EQ(summary.snapshot().quantile(1), kInf);
}

TEST(Summary, ForgetsWhatHasLeftTheWindow) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& summary = registry.summary("a_seconds", "A.", {.quantiles = {0.5}, .window = 60s});
  EXPECT_TRUE(std::isnan(summary.snapshot().quantile(0.5)));

  summary.observe(1);
  clock.advance(49s);
  summary.observe(100);
  summary.observe(100);
  EXPECT_NEAR(summary.snapshot().quantile(0.5), 100, 100 * kError);
  EXPECT_NEAR(summary.snapshot().quantile(0), 1, kError);
  EXPECT_EQ(summary.snapshot().window_count(), 3u);

  clock.advance(11s);
  EXPECT_EQ(summary.snapshot().window_count(), 2u);
  EXPECT_NEAR(summary.snapshot().quantile(0), 100, 100 * kError);

  clock.advance(60s);
  EXPECT_TRUE(std::isnan(summary.snapshot().quantile(0.5)));
  EXPECT_EQ(summary.snapshot().count(), 3u);
  EXPECT_EQ(summary.snapshot().sum(), 201);
}

// One observation a second, its value the second: the window holds the last 50 to 60 of them.
TEST(Summary, WindowMovesBySlices) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& summary = registry.summary("a", "A.", {.window = 60s});
  for (int second = 1; second <= 1000; ++second) {
    clock.advance(1s);
    summary.observe(second);
    const auto snapshot = summary.snapshot();
    ASSERT_EQ(snapshot.window_count(), static_cast<std::uint64_t>(second < 60 ? second : 50 + second % 10 + 1));
    ASSERT_NEAR(snapshot.quantile(1) / second, 1, kError);
  }
}

TEST(Summary, ComesBackAfterALongPause) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& summary = registry.summary("a", "A.", {.window = 1s, .slices = 2});
  for (int i = 0; i < 100; ++i) {
    clock.advance(std::chrono::hours{i});
    summary.observe(i + 1);
    ASSERT_EQ(summary.snapshot().window_count(), i == 0 ? 1u : 1u);
    ASSERT_NEAR(summary.snapshot().quantile(0.5) / (i + 1), 1, kError);
  }
}

TEST(Summary, IsExposedWithItsQuantilesAndTotals) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.summary("a_seconds", "A.", {"kind"}, {.quantiles = {0.5}, .window = 60s});
  family.with("x").observe(0);
  family.with("x").observe(250ms);
  auto& empty = registry.summary("b", "B.", {.quantiles = {0.9}});
  (void)empty;

  EXPECT_EQ(to_text(registry),
            "# HELP a_seconds A.\n# TYPE a_seconds summary\n"
            "a_seconds{kind=\"x\",quantile=\"0.5\"} 0\na_seconds_sum{kind=\"x\"} 0.25\na_seconds_count{kind=\"x\"} 2\n"
            "# HELP b B.\n# TYPE b summary\nb{quantile=\"0.9\"} NaN\nb_sum 0\nb_count 0\n");
}

TEST(Summary, DropsAndCountsNan) {
  Registry registry;
  auto& summary = registry.summary("a", "A.");
  const auto dropped = detail::dropped_updates();

  summary.observe(std::nan(""));

  EXPECT_EQ(summary.snapshot().count(), 0u);
  EXPECT_EQ(detail::dropped_updates() - dropped, 1u);
}

TEST(Summary, TimerObservesOnce) {
  Registry registry;
  auto& summary = registry.summary("a_seconds", "A.");
  {
    auto timer = summary.time();
    auto moved = std::move(timer);
    moved.stop();
  }
  summary.time().discard();

  EXPECT_EQ(summary.snapshot().count(), 1u);
}

TEST(Summary, RefusesOptionsThatMakeNoSense) {
  Registry registry;
  const auto refused = [&](const SummaryOptions& options) {
    EXPECT_THROW((void)registry.summary("a", "A.", options), std::invalid_argument);
  };
  refused({.quantiles = {1.5}});
  refused({.quantiles = {std::nan("")}});
  refused({.quantiles = {0.9, 0.5}});
  refused({.window = 0s});
  refused({.window = -1s});
  refused({.slices = 1});
  refused({.slices = 61});
  EXPECT_THROW((void)registry.summary("a", "A.", {"quantile"}), std::invalid_argument);

  auto& first = registry.summary("a", "A.");
  EXPECT_EQ(&registry.summary("a", "A."), &first);
  EXPECT_THROW((void)registry.summary("a", "A.", {.window = 30s}), std::invalid_argument);
}

TEST(Summary, ObservesAValueManyTimesAtOnce) {
  Registry registry;
  auto& summary = registry.summary("a", "A.");

  summary.observe(1, 90);
  summary.observe(10s, 10);
  summary.observe(1'000'000, 0);

  const auto snapshot = summary.snapshot();
  EXPECT_EQ(snapshot.count(), 100u);
  EXPECT_EQ(snapshot.window_count(), 100u);
  EXPECT_EQ(snapshot.sum(), 190);
  EXPECT_NEAR(snapshot.quantile(0.9), 1, kError);
  EXPECT_NEAR(snapshot.quantile(0.95), 10, 10 * kError);
}

}  // namespace
}  // namespace vitals
