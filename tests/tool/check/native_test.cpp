#include "tool/check/native.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <gmock/gmock.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "tool/check/judge.hpp"

namespace vitals::tool {
namespace {

using ::testing::HasSubstr;

std::string protobuf(const Registry& registry) {
  std::string body;
  expose(registry, {.format = Format::Protobuf}, body);
  return body;
}

/// Judges one target of the metric h on two protobuf bodies.
Row judge_native(const std::string& yaml, const std::string& before, const std::string& after) {
  static Targets targets;  // rows refer to it
  targets = parse_targets("targets: [{name: t, of: h_seconds, " + yaml + "}]", "t.yml");
  const Names wanted{"h_seconds_bucket"};
  const auto first = Scrape::parse(before, wanted, LintFormat::Protobuf);
  const auto second = Scrape::parse(after, wanted, LintFormat::Protobuf);
  return judge(targets, {first, second, 10}).rows.at(0);
}

double powers(int i) { return 0.001 * std::pow(1.013, i); }

TEST(Native, PercentilesAreThoseOfTheLibrary) {
  Registry registry;
  auto& histogram = registry.histogram("h_seconds", "Help.", Native{});
  for (int i = 0; i < 700; ++i) histogram.observe(powers(i));
  histogram.observe(0.0);

  for (const auto* percent : {"1", "50", "90", "95", "99", "99.9"}) {
    const auto row = judge_native(std::string("measure: p") + percent + ", below: 100s", "", protobuf(registry));
    ASSERT_TRUE(row.value) << row.note;
    EXPECT_NEAR(*row.value / histogram.snapshot().quantile(std::stod(percent) / 100), 1, 1e-12) << percent;
    EXPECT_TRUE(row.value_interpolated);
  }
}

TEST(Native, BucketsOfAnotherKindThanBeforeAreUnknown) {
  const vitals::testing::FakeClock clock;  // or one would be made later
  Registry native{{.clock = &clock}};
  for (int i = 0; i < 100; ++i) native.histogram("h_seconds", "Help.", Native{}).observe(0.5);
  Registry classic{{.clock = &clock}};
  for (int i = 0; i < 100; ++i) classic.histogram("h_seconds", "Help.", Buckets{1, 2}).observe(0.5);

  for (const auto& [before, after] : {std::pair(&native, &classic), std::pair(&classic, &native)}) {
    const auto row = judge_native("measure: p95, below: 1s", protobuf(*before), protobuf(*after));
    EXPECT_EQ(row.verdict, Verdict::Unknown);
    EXPECT_EQ(row.note, "its buckets are classic in one scrape and native alone in the other");
  }
}

TEST(Native, OnlyTheGrowthCounts) {
  Registry registry;
  auto& histogram = registry.histogram("h_seconds", "Help.", Native{});
  for (int i = 0; i < 1000; ++i) histogram.observe(3);
  const auto before = protobuf(registry);
  for (int i = 0; i < 300; ++i) histogram.observe(0.01);

  const auto row = judge_native("measure: p99, below: 250ms", before, protobuf(registry));

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_EQ(row.samples, 300);
  EXPECT_FALSE(row.interpolated);
  EXPECT_LT(*row.value, 0.011);
}

// 0.25 is a bound at every schema; 0.26 lies inside a bucket, but the percentile in another one.
TEST(Native, VerdictIsExactWhereThresholdAndPercentileAreInDifferentBuckets) {
  Registry registry;
  auto& histogram = registry.histogram("h_seconds", "Help.", Native{});
  for (int i = 0; i < 95; ++i) histogram.observe(0.2);
  for (int i = 0; i < 5; ++i) histogram.observe(0.5);
  const auto body = protobuf(registry);

  EXPECT_EQ(judge_native("measure: p95, below: 250ms", "", body).verdict, Verdict::Ok);
  EXPECT_EQ(judge_native("measure: p95, below: 260ms", "", body).verdict, Verdict::Ok);
  EXPECT_FALSE(judge_native("measure: p95, below: 260ms", "", body).interpolated);
  EXPECT_EQ(judge_native("measure: p96, below: 250ms, critical: 400ms", "", body).verdict, Verdict::Critical);
  EXPECT_TRUE(judge_native("measure: p95, below: 201ms", "", body).interpolated);
  // Its bucket is narrow: the estimate may be ok.
  EXPECT_TRUE(judge_native("measure: p50, below: 207ms", "", body).interpolated);
  EXPECT_EQ(judge_native("measure: p50, below: 207ms", "", body).verdict, Verdict::Ok);
}

TEST(Native, ClassicBucketsAreReadWhereThereAreBoth) {
  Registry registry;
  auto& histogram = registry.histogram("h_seconds", "Help.", Buckets{.201, .5}, Native{});
  for (int i = 0; i < 100; ++i) histogram.observe(0.2);

  const auto row = judge_native("measure: p95, below: 201ms", "", protobuf(registry));

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_EQ(row.within, 1);
}

TEST(Native, TextHasNoneAndSaysSo) {
  Registry registry;
  registry.histogram("h_seconds", "Help.", Native{}).observe(1);
  std::string text;
  expose(registry, {}, text);
  const auto targets = parse_targets("targets: [{name: t, measure: p95, of: h_seconds, below: 1s}]", "t.yml");
  const auto scrape = Scrape::parse(text, {"h_seconds_bucket"});

  const auto judgement = judge(targets, {Scrape{}, scrape, 10});

  EXPECT_THAT(judgement.rows.at(0).note, HasSubstr("native buckets are in protobuf alone"));
}

TEST(Native, DifferentSchemasAndZeroBucketsAreAddedAsPrometheusDoes) {
  NativeHistogram fine{
      .schema = 1, .zero_threshold = 0, .zero_count = 0, .count = 6, .positive = {{1, 1}, {2, 2}, {3, 3}}};
  const NativeHistogram coarse{.schema = 0, .zero_threshold = 0.3, .zero_count = 4, .count = 5, .positive = {{1, 1}}};

  add(fine, coarse);

  EXPECT_EQ(fine.schema, 0);
  EXPECT_EQ(fine.positive, (std::map<std::int32_t, double>{{1, 4}, {2, 3}}));
  EXPECT_EQ(fine.zero_count, 4);
  EXPECT_EQ(fine.count, 11);
}

TEST(Native, ZeroBucketGrowsToTheEndOfABucketThatItCuts) {
  NativeHistogram sum{.schema = 0, .zero_count = 1, .count = 8, .positive = {{-3, 2}, {-1, 4}, {1, 1}}};

  add(sum, {.schema = 0, .zero_threshold = 0.3, .zero_count = 1, .count = 1});

  EXPECT_EQ(sum.zero_threshold, 0.5);  // of the bucket (0.25, 0.5]
  EXPECT_EQ(sum.zero_count, 1 + 2 + 4 + 1);
  EXPECT_EQ(sum.positive, (std::map<std::int32_t, double>{{1, 1}}));
}

TEST(Native, BucketThatWentBackIsNoGrowth) {
  const NativeHistogram before{.schema = 0, .count = 2, .positive = {{1, 2}}};
  const NativeHistogram after{.schema = 0, .count = 3, .positive = {{1, 1}, {2, 2}}};

  EXPECT_FALSE(difference(after, before));
  EXPECT_TRUE(difference(before, before));
}

TEST(NativeBound, IsThePowerOfTwo) {
  EXPECT_EQ(native_bound(0, 0), 1);
  EXPECT_EQ(native_bound(0, -2), 0.25);
  EXPECT_EQ(native_bound(3, 8), 2);
  EXPECT_EQ(native_bound(-4, 1), 65536);
  EXPECT_DOUBLE_EQ(native_bound(8, 1), std::exp2(1.0 / 256));
  EXPECT_EQ(native_bound(0, 1024), std::numeric_limits<double>::max());
  EXPECT_EQ(native_bound(0, 1025), std::numeric_limits<double>::infinity());
  EXPECT_EQ(native_bound(8, std::numeric_limits<std::int32_t>::min() / 2), 0);
}

}  // namespace
}  // namespace vitals::tool
