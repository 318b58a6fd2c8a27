#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/cells/cells.hpp"
#include "core/cells/log_index.hpp"
#include "core/instruments/native_cells.hpp"

namespace vitals {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Bucket = NativeBuckets::Bucket;
constexpr double kInf = std::numeric_limits<double>::infinity();
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
  EXPECT_THAT(by_4.native().positive,
              ElementsAre(Bucket{-2, 2}, Bucket{-1, 2}, Bucket{0, 2}, Bucket{1, 4}, Bucket{2, 3}, Bucket{3, 1}));
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
        std::vector<double> all{0,      -0.0,    kInf, -kInf, 5e-324,
                                1e-310, -1e-310, 1,    2,     std::numeric_limits<double>::max()};
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

// Threads that race for one new bucket count it more than once, for a moment: no reason to make buckets coarser.
TEST(Native, ClaimsUnderWayDontCostResolution) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", Native{});
  histogram.observe(1);
  auto& cells = detail::native_cells(histogram).cells;
  auto* layout = cells.newest();
  layout->claimed.fetch_add(layout->limit);

  histogram.observe(2);

  EXPECT_EQ(cells.newest(), layout);
  layout->claimed.fetch_sub(layout->limit);
  histogram.observe(3);
  EXPECT_EQ(layout->claimed.load(), 3u);
  EXPECT_EQ(histogram.snapshot().count(), 3u);
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
  const auto apart = observed({1.5, 1.5, 100, 100}, {.factor = 2});
  EXPECT_DOUBLE_EQ(apart.quantile(0.499), std::exp2(0.998));
  EXPECT_DOUBLE_EQ(apart.quantile(0.5), 64);
  EXPECT_DOUBLE_EQ(apart.quantile(0.75), std::exp2(6.5));
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

}  // namespace
}  // namespace vitals
