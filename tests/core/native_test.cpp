#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <vitals/vitals.hpp>

#include "core/access.hpp"
#include "core/cells.hpp"
#include "core/log_index.hpp"
#include "core/native_buckets.hpp"

namespace vitals {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Bucket = NativeBuckets::Bucket;
constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr int kThreads = 8;

void run_in_threads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
}

std::size_t used(const NativeBuckets& native) { return native.positive.size() + native.negative.size(); }

std::uint64_t total(const NativeBuckets& native) {
  std::uint64_t count = native.zero_count;
  for (const auto& bucket : native.positive) count += bucket.count;
  for (const auto& bucket : native.negative) count += bucket.count;
  return count;
}

HistogramSnapshot observed(const std::vector<double>& values, const Native& native) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", native);
  for (const double v : values) histogram.observe(v);
  return histogram.snapshot();
}

// Maps and frexp; every observation is placed anew at each schema.
class Model {
 public:
  explicit Model(const Native& options, int schema) : options_{options}, schema_{schema} {}

  void observe(double v) { values_.push_back(v); }

  [[nodiscard]] NativeBuckets buckets() const {
    for (int schema = schema_;; --schema) {
      std::map<int, std::uint64_t> positive;
      std::map<int, std::uint64_t> negative;
      NativeBuckets out{schema, options_.zero_threshold, 0, {}, {}, true};
      for (const double v : values_) {
        if (std::abs(v) <= options_.zero_threshold) {
          ++out.zero_count;
        } else {
          ++(v > 0 ? positive : negative)[key(v, schema)];
        }
      }
      if (positive.size() + negative.size() > options_.max_buckets && schema > -4) continue;
      for (const auto& [index, count] : positive) out.positive.push_back({index, count});
      for (const auto& [index, count] : negative) out.negative.push_back({index, count});
      return out;
    }
  }

 private:
  static int key(double v, int schema) {
    if (std::isinf(v)) return key(std::numeric_limits<double>::max(), schema) + 1;
    int exponent = 0;
    const double fraction = std::frexp(std::abs(v), &exponent);
    if (schema <= 0) return (exponent - (fraction == 0.5) + (1 << -schema) - 1) >> -schema;
    int i = 0;
    while (i < 1 << schema && std::exp2(static_cast<double>(i) / (1 << schema)) / 2 < fraction) ++i;
    return i + (exponent - 1) * (1 << schema);
  }

  Native options_;
  int schema_;
  std::vector<double> values_;
};

void expect_same(const NativeBuckets& actual, const NativeBuckets& expected) {
  EXPECT_TRUE(actual.present);
  EXPECT_EQ(actual.schema, expected.schema);
  EXPECT_EQ(actual.zero_count, expected.zero_count);
  EXPECT_EQ(actual.zero_threshold, expected.zero_threshold);
  EXPECT_EQ(actual.positive, expected.positive);
  EXPECT_EQ(actual.negative, expected.negative);
}

// The observations and results of client_golang's tests of its native histograms.
TEST(Native, PlacesObservationsAsClientGolangDoes) {
  const auto by_1_1 = observed({0, 1, 2, 3}, {.factor = 1.1});
  EXPECT_EQ(by_1_1.native().schema, 3);
  EXPECT_EQ(by_1_1.native().zero_count, 1u);
  EXPECT_THAT(by_1_1.native().positive, ElementsAre(Bucket{0, 1}, Bucket{8, 1}, Bucket{13, 1}));
  EXPECT_EQ(by_1_1.sum(), 6);
  EXPECT_EQ(by_1_1.count(), 4u);

  const auto by_1_2 = observed({0, 1, 1.2, 1.4, 1.8, 2}, {.factor = 1.2});
  EXPECT_EQ(by_1_2.native().schema, 2);
  EXPECT_THAT(by_1_2.native().positive, ElementsAre(Bucket{0, 1}, Bucket{2, 2}, Bucket{4, 2}));

  const auto by_4 = observed({0.0156251, 0.0625, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 3.5, 5, 6, 7, 33.33}, {.factor = 4});
  EXPECT_EQ(by_4.native().schema, -1);
  EXPECT_THAT(by_4.native().positive, ElementsAre(Bucket{-2, 2}, Bucket{-1, 2}, Bucket{0, 2}, Bucket{1, 4},
                                                  Bucket{2, 3}, Bucket{3, 1}));
}

TEST(Native, NegativeValuesAreMirroredAndInfinitiesOverflow) {
  const auto both = observed({0, -1, -1.2, -1.4, -1.8, -2, 1, 1.2, 1.4, 1.8, 2, kInf, -kInf}, {.factor = 1.2});

  EXPECT_THAT(both.native().positive, ElementsAre(Bucket{0, 1}, Bucket{2, 2}, Bucket{4, 2}, Bucket{4097, 1}));
  EXPECT_EQ(both.native().negative, both.native().positive);
  EXPECT_EQ(both.native().zero_count, 1u);
}

TEST(Native, WideZeroBucketTakesWhatLiesWithin) {
  const auto wide =
      observed({0, -1, -1.2, -1.4, -1.8, -2, 1, 1.2, 1.4, 1.8, 2}, {.factor = 1.2, .zero_threshold = 1.4});

  EXPECT_EQ(wide.native().zero_count, 7u);
  EXPECT_THAT(wide.native().positive, ElementsAre(Bucket{4, 2}));
  EXPECT_THAT(wide.native().negative, ElementsAre(Bucket{4, 2}));
  EXPECT_EQ(wide.native().zero_threshold, 1.4);
}

TEST(Native, HalvesTheResolutionBeyondTheLimit) {
  const auto halved = observed({0, 1, 1.1, 1.2, 1.3, 1.4, 1.8, 2, 3}, {.factor = 1.2, .max_buckets = 4});

  EXPECT_EQ(halved.native().schema, 1);
  EXPECT_THAT(halved.native().positive, ElementsAre(Bucket{0, 1}, Bucket{1, 4}, Bucket{2, 2}, Bucket{4, 1}));
}

TEST(Native, WidensTheZeroBucketFirstWhereItMay) {
  const Native native{.factor = 1.2, .max_buckets = 4, .max_zero_threshold = 1.2};
  const auto once = observed({0, 1, 1.1, 1.2, 1.3, 1.4, 1.8, 2, 3}, native);
  EXPECT_EQ(once.native().schema, 2);
  EXPECT_EQ(once.native().zero_threshold, 1);
  EXPECT_EQ(once.native().zero_count, 2u);

  const auto twice = observed({0, 1, 1.1, 1.2, 1.3, 1.4, 1.8, 2, 3, 4}, native);
  EXPECT_EQ(twice.native().schema, 2);
  EXPECT_EQ(twice.native().zero_threshold, detail::log_bound(1, 2));
  EXPECT_EQ(twice.native().zero_count, 3u);
  EXPECT_THAT(twice.native().positive, ElementsAre(Bucket{2, 3}, Bucket{4, 2}, Bucket{7, 1}, Bucket{8, 1}));
}

TEST(Native, NeverShowsMoreThanTheLimitNorALowerThreshold) {
  Registry registry;
  for (const double most_zero : {0.0, 1e-3}) {
    auto& histogram = registry.histogram(most_zero == 0 ? "a" : "b", "A.",
                                         Native{.factor = 1.005, .max_buckets = 20, .max_zero_threshold = most_zero});
    std::mt19937_64 random{1};
    std::lognormal_distribution<double> spread{0, 30};
    NativeBuckets last = histogram.snapshot().native();
    for (int i = 0; i < 3000; ++i) {
      histogram.observe(i % 3 == 0 ? -spread(random) : spread(random));
      const auto native = histogram.snapshot().native();
      ASSERT_LE(used(native), 20u);
      ASSERT_LE(native.schema, last.schema);
      ASSERT_GE(native.zero_threshold, last.zero_threshold);
      ASSERT_GE(native.zero_count, last.zero_count);
      ASSERT_EQ(total(native), static_cast<std::uint64_t>(i + 1));
      last = native;
    }
  }
}

TEST(Native, AgreesWithASlowModelAtEverySchema) {
  const std::vector<double> factors{65'536, 256, 16, 4, 2, 1.5, 1.2, 1.1, 1.05, 1.03, 1.02, 1.01, 1.005};
  std::mt19937_64 random{7};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    for (const std::size_t most : {8u, 160u, 2500u}) {
      for (const double sigma : {0.2, 2.0, 60.0}) {
        const Native native{.factor = factors[i], .zero_threshold = sigma == 2.0 ? 0.1 : 0, .max_buckets = most};
        Registry registry;
        auto& histogram = registry.histogram("a", "A.", native);
        Model model{native, static_cast<int>(i) - 4};
        std::lognormal_distribution<double> values{0, sigma};
        std::vector<double> all{0, -0.0, kInf, -kInf, 5e-324, 1e-310, -1e-310, 1, 2, std::numeric_limits<double>::max()};
        while (all.size() < 1500) all.push_back(all.size() % 4 == 0 ? -values(random) : values(random));
        for (const double v : all) histogram.observe(v), model.observe(v);
        // At the coarsest schema the limit may still be exceeded: the model doesn't widen the bucket of zero.
        const auto expected = model.buckets();
        if (used(expected) <= most) expect_same(histogram.snapshot().native(), expected);
        ASSERT_LE(used(histogram.snapshot().native()), most);
        ASSERT_EQ(total(histogram.snapshot().native()), all.size());
      }
    }
  }
}

TEST(Native, WithClassicBucketsHasBothOfTheSameObservations) {
  Registry registry;
  auto& both = registry.histogram("both", "A.", Buckets::latency(), Native{.max_buckets = 40});
  auto& native = registry.histogram("native", "A.", Native{.max_buckets = 40});
  auto& classic = registry.histogram("classic", "A.", Buckets::latency());
  std::mt19937_64 random{3};
  std::lognormal_distribution<double> values{-3, 2};

  for (int i = 0; i < 20'000; ++i) {
    const double v = i % 10 == 0 ? -values(random) : values(random);
    for (auto* histogram : {&both, &native, &classic}) histogram->observe(v);
  }

  EXPECT_THAT(both.snapshot().counts(), testing::ElementsAreArray(classic.snapshot().counts()));
  expect_same(both.snapshot().native(), native.snapshot().native());
  EXPECT_EQ(both.snapshot().count(), 20'000u);
  EXPECT_NEAR(both.snapshot().sum(), classic.snapshot().sum(), 1e-6);
}

TEST(Native, DropsAndCountsNan) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Native{});
  const auto dropped = detail::dropped_updates();

  histogram.observe(std::nan(""));

  EXPECT_EQ(histogram.snapshot().count(), 0u);
  EXPECT_EQ(detail::dropped_updates() - dropped, 1u);
}

TEST(Native, IsExposedInProtobufAndAsItsTotalsInText) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"kind"}, Native{});
  family.with("x").observe(1);
  family.with("x").observe(3);

  EXPECT_EQ(to_text(registry),
            "# HELP a A.\n# TYPE a histogram\n"
            "a_bucket{kind=\"x\",le=\"+Inf\"} 2\na_sum{kind=\"x\"} 4\na_count{kind=\"x\"} 2\n");
  const auto native = registry.snapshot().at(0).metrics.at(0).native;
  EXPECT_THAT(native.positive, ElementsAre(Bucket{0, 1}, Bucket{13, 1}));
  EXPECT_NE(to_protobuf(registry).find("kind"), std::string::npos);
}

TEST(Native, RefusesOptionsThatMakeNoSense) {
  Registry registry;
  const auto refused = [&](const Native& native) {
    EXPECT_THROW((void)registry.histogram("a", "A.", native), std::invalid_argument);
  };
  refused({.factor = 1});
  refused({.factor = std::nan("")});
  refused({.factor = kInf});
  refused({.zero_threshold = -1});
  refused({.zero_threshold = kInf});
  refused({.max_buckets = 1});
  refused({.max_buckets = 2501});
  EXPECT_THROW((void)registry.histogram("a", "A.", Buckets{2, 1}, Native{}), std::invalid_argument);
  EXPECT_THROW((void)registry.histogram("a", "A.", Buckets::linear(1, 1, 1001), Native{}), std::invalid_argument);

  auto& first = registry.histogram("a", "A.", Native{});
  EXPECT_EQ(&registry.histogram("a", "A.", Native{}), &first);
  EXPECT_THROW((void)registry.histogram("a", "A.", Native{.factor = 2}), std::invalid_argument);
  EXPECT_THROW((void)registry.histogram("a", "A."), std::invalid_argument);
}

TEST(Native, QuantilesInterpolateOnALogarithmicScale) {
  EXPECT_TRUE(std::isnan(observed({}, {}).quantile(0.5)));
  const auto two = observed({1.5, 1.6}, {.factor = 2});
  EXPECT_DOUBLE_EQ(two.quantile(0), 1);
  EXPECT_DOUBLE_EQ(two.quantile(0.5), std::sqrt(2.0));
  EXPECT_DOUBLE_EQ(two.quantile(1), 2);
  const auto below = observed({-1.5, -1.6}, {.factor = 2});
  EXPECT_DOUBLE_EQ(below.quantile(0.25), -std::exp2(0.75));
  EXPECT_DOUBLE_EQ(observed({0, 0, 4}, {.factor = 2, .zero_threshold = 1}).quantile(1.0 / 3), 0.5);
  EXPECT_EQ(observed({1, kInf}, {}).quantile(0.9), kInf);
  EXPECT_TRUE(std::isnan(two.quantile(1.5)));
}

TEST(Native, QuantilesLieInTheBucketOfTheirRank) {
  std::mt19937_64 random{5};
  std::lognormal_distribution<double> latency{-3, 1};
  std::vector<double> all(10'000);
  for (auto& v : all) v = latency(random);
  const auto snapshot = observed(all, {});
  std::sort(all.begin(), all.end());

  for (const double q : {0.01, 0.5, 0.95, 0.99, 0.999}) {
    const double exact = all[static_cast<std::size_t>(q * 10'000)];
    EXPECT_NEAR(snapshot.quantile(q) / exact, 1, 0.1) << q;
  }
}

std::vector<double> wide_values(std::size_t n, unsigned seed) {
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<int> exponent{-60, 60};
  std::vector<double> all(n);
  // Whole multiples of a power of two, few bits each: their sum is exact in any order.
  for (auto& v : all) v = std::ldexp(static_cast<double>(random() % 16 + 16), exponent(random) / 4);
  return all;
}

// While layouts are replaced, in the number of cells and in schema, and others read.
TEST(Native, LosesNothingAcrossThreadsAndLayouts) {
  for (const std::size_t most : {4u, 160u}) {
    for (int round = 0; round < 20; ++round) {
      Registry registry;
      auto& histogram = registry.histogram("a", "A.", {"x"}, Buckets{0.5, 8}, Native{.factor = 1.01, .max_buckets = most})
                            .with("y");
      constexpr std::size_t kEach = 2000;
      std::atomic<bool> done{false};
      std::thread reader{[&] {
        std::uint64_t last = 0;
        while (!done) {
          const auto snapshot = histogram.snapshot();
          ASSERT_GE(snapshot.count(), last);
          ASSERT_LE(used(snapshot.native()), most);
          ASSERT_EQ(total(snapshot.native()), snapshot.count());
          last = snapshot.count();
        }
      }};
      run_in_threads([&](int thread) {
        for (const double v : wide_values(kEach, static_cast<unsigned>(thread))) histogram.observe(v);
      });
      done = true;
      reader.join();

      double sum = 0;
      for (int thread = 0; thread < kThreads; ++thread) {
        for (const double v : wide_values(kEach, static_cast<unsigned>(thread))) sum += v;
      }
      EXPECT_EQ(histogram.snapshot().count(), kThreads * kEach);
      EXPECT_EQ(histogram.snapshot().sum(), sum);
      EXPECT_EQ(total(histogram.snapshot().native()), kThreads * kEach);
    }
  }
}

TEST(Native, StaysExactWhenItIsSpread) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", {"x"}, Native{}).with("y");
  run_in_threads([&](int thread) {
    for (int i = 0; i < 20'000; ++i) histogram.observe(1 << ((i + thread) % 8));
  });

  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count(), 160'000u);
  EXPECT_EQ(snapshot.sum(), 160'000.0 / 8 * 255);
  for (const auto& bucket : snapshot.native().positive) EXPECT_EQ(bucket.count, 20'000u);
}

// References to removed series are recorded through while others take their place.
TEST(Native, SeriesMayBeRemovedWhileTheyAreRecorded) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"x"}, Native{.factor = 1.01, .max_buckets = 50});
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const auto values = wide_values(500, thread);
      while (!done) {
        auto& histogram = family.with(thread);
        for (const double v : values) histogram.observe(v);
      }
    });
  }
  for (int round = 0; round < 400; ++round) {
    for (int thread = 0; thread < 4; ++thread) family.remove(thread);
    auto& mine = family.with("mine");
    for (int i = 0; i < 50; ++i) mine.observe(1 << i % 30);
    ASSERT_EQ(mine.snapshot().count(), 50u);
    ASSERT_EQ(total(mine.snapshot().native()), 50u);
    family.remove("mine");
    mine.observe(1);
    ASSERT_EQ(mine.snapshot().count(), 0u);
  }
  done = true;
  for (auto& thread : threads) thread.join();
}

Histogram* signal_histogram = nullptr;
std::atomic<std::uint64_t> signals{0};

// The handler meets the interrupted thread in any state: between a claim and its cell, while a layout is replaced.
TEST(Native, CountsExactlyInSignalHandlers) {
  struct sigaction action {};
  action.sa_handler = [](int) {
    const std::uint64_t n = signals.fetch_add(1, std::memory_order_relaxed);
    signal_histogram->observe(std::ldexp(1.0, static_cast<int>(n % 90) - 45));
  };
  struct sigaction before {};
  std::uint64_t recorded = 0;
  std::vector<std::unique_ptr<Registry>> registries;
  registries.push_back(std::make_unique<Registry>());
  signal_histogram = &registries.back()->histogram("a", "A.", {"x"}, Native{.max_buckets = 30}).with(1);
  signals = 0;
  std::vector<Histogram*> all{signal_histogram};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 100}, {0, 100}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  for (int round = 0; signals.load(std::memory_order_relaxed) < 1000; ++round) {
    if (round % 500 == 0) {  // from few cells on again
      registries.push_back(std::make_unique<Registry>());
      all.push_back(&registries.back()->histogram("a", "A.", {"x"}, Native{.max_buckets = 30}).with(1));
      signal_histogram = all.back();
    }
    all.back()->observe(std::ldexp(1.0, round % 500 - 250));
    ++recorded;
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);

  std::uint64_t counted = 0;
  for (const auto* histogram : all) {
    counted += histogram->snapshot().count();
    EXPECT_EQ(total(histogram->snapshot().native()), histogram->snapshot().count());
  }
  EXPECT_EQ(counted, recorded + signals.load());
}

TEST(Native, ColdSeriesAreSmallAndHotOnesBounded) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"x"}, Native{});
  auto& cold = family.with("cold");
  auto& hot = family.with("hot");
  for (int i = 0; i < 12; ++i) cold.observe(1 + i / 10.0);
  std::mt19937_64 random{1};
  for (int i = 0; i < 200'000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (!std::isnan(v)) hot.observe(v);
  }

  EXPECT_EQ(detail::native_cells(cold).cells.memory().layouts, 1u);
  const auto memory = detail::native_cells(hot).cells.memory();
  EXPECT_LE(memory.layouts, 15u);
  EXPECT_LE(memory.bytes, 70'000u);
  EXPECT_EQ(hot.snapshot().native().schema, -4);
  EXPECT_LE(used(hot.snapshot().native()), 160u);
}

}  // namespace
}  // namespace vitals
