#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/every_type.hpp"
#include "core/formats/protobuf_writer.hpp"
#include "core/golden.hpp"
#include "core/protobuf_dump.hpp"

namespace vitals {
namespace {

using test::dump_protobuf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string protobuf(const std::vector<FamilySnapshot>& families, Escaping escaping = Escaping::Underscores) {
  std::string out;
  expose(families, {.format = Format::Protobuf, .escaping = escaping}, out);
  return dump_protobuf(out);
}

std::string native(NativeBuckets buckets, std::uint64_t count = 0) {
  buckets.present = true;
  return protobuf({{"h", "", MetricType::Histogram, {{.count = count, .native = std::move(buckets)}}}});
}

TEST(Protobuf, SaysEveryTypeFieldByField) {
  EXPECT_EQ(protobuf(test::every_type()), test::golden("every_type.pb.txt"));
}

TEST(Protobuf, OfARegistryHasItsFamilies) {
  Registry registry;
  registry.counter("jobs_total", "Jobs.", {"queue"}).with("a").inc(3);
  registry.gauge("waiting", "Jobs that wait.");
  registry.histogram("took_seconds", "Time.", Buckets{1}).observe(0.5);

  const std::string all = dump_protobuf(to_protobuf(registry));

  EXPECT_THAT(all, HasSubstr("1\"jobs_total\" 2\"Jobs.\" 3:0\n  4{1{1\"queue\" 2\"a\"} 3{1:3"));
  EXPECT_THAT(all, HasSubstr("1\"waiting\" 2\"Jobs that wait.\" 3:1\n  4{2{1:0}}\n"));
  EXPECT_THAT(all, HasSubstr("1\"took_seconds\" 2\"Time.\" 3:4\n  4{7{1:1 2:0.5 3{1:1 2:1} 3{1:1 2:+Inf}"));
}

// Around the lengths where those that count them get a byte longer, and beyond the writer's buffer.
TEST(Protobuf, LabelsOfAnySizeAreThoseOfTheirSnapshot) {
  for (const std::size_t size : {0, 7, 62, 63, 64, 65, 100, 110, 120, 127, 128, 300, 8'000, 9'000, 17'000, 70'000}) {
    Registry registry;
    auto& family = registry.gauge("a", "A.", {"one", std::string_view{"a_name_of_some_length_so_that_it_counts"}});
    for (const std::size_t more : {0, 1, 2}) family.with(std::string(size + more, 'x'), more).set(1);
    std::string from_snapshot;

    expose(registry.snapshot(), {.format = Format::Protobuf}, from_snapshot);

    EXPECT_TRUE(to_protobuf(registry) == from_snapshot) << size;
    EXPECT_THAT(dump_protobuf(from_snapshot), HasSubstr("2\"" + std::string(size + 2, 'x') + '"')) << size;
  }
}

TEST(Protobuf, LengthsOfAnySizeStandBeforeTheFamily) {
  for (const std::size_t size : {0, 100, 127, 128, 20'000, 3'000'000}) {
    const std::vector<FamilySnapshot> families{{"a", std::string(size, 'x'), MetricType::Gauge, {{.value = 1}}},
                                               {"b", "", MetricType::Gauge, {{.value = 2}}}};

    EXPECT_EQ(protobuf(families),
              "1\"a\" 2\"" + std::string(size, 'x') + "\" 3:1\n  4{2{1:1}}\n1\"b\" 2\"\" 3:1\n  4{2{1:2}}\n");
  }
}

TEST(Protobuf, GapsOfUpToTwoBucketsAreFilled) {
  EXPECT_THAT(native({.zero_threshold = 1, .positive = {{0, 5}, {1, 7}}}), HasSubstr("12{1:0 2:2} 13[ 5 2 ]"));
  EXPECT_THAT(native({.zero_threshold = 1, .positive = {{-7, 5}, {-5, 7}}}), HasSubstr("12{1:-7 2:3} 13[ 5 -5 7 ]"));
  EXPECT_THAT(native({.zero_threshold = 1, .positive = {{3, 5}, {6, 7}}}), HasSubstr("12{1:3 2:4} 13[ 5 -5 0 7 ]"));
  EXPECT_THAT(native({.zero_threshold = 1, .positive = {{3, 5}, {7, 7}}}),
              HasSubstr("12{1:3 2:1} 12{1:3 2:1} 13[ 5 2 ]"));
  EXPECT_THAT(native({.schema = 8, .zero_threshold = 1, .negative = {{-262144, 1}, {262144, 2}}}),
              HasSubstr("9{1:-262144 2:1} 9{1:524287 2:1} 10[ 1 1 ]"));
}

TEST(Protobuf, AnEmptyNativeHistogramIsToldFromAClassicOneByASpan) {
  EXPECT_THAT(native({.schema = 3}), HasSubstr("5:3 6:0 7:0 12{1:0 2:0}}"));
  EXPECT_THAT(native({.schema = 3, .zero_threshold = 0.5}), Not(HasSubstr("12{")));
  EXPECT_THAT(native({.schema = 3, .zero_count = 1}), Not(HasSubstr("12{")));
}

TEST(Protobuf, TheCountIsAtLeastWhatTheBucketsHold) {
  EXPECT_THAT(native({.zero_count = 1, .positive = {{0, 2}}, .negative = {{0, 3}}}, 4), HasSubstr("7{1:6 "));
  EXPECT_THAT(native({.positive = {{0, 2}}}, 4), HasSubstr("7{1:4 2:0 3{1:4 2:+Inf}}"));  // buckets must add up to it
}

TEST(Protobuf, ImpossibleNativeBucketsAreLeftOut) {
  for (const NativeBuckets& impossible : {NativeBuckets{.schema = 9},
                                          {.schema = -5},
                                          {.zero_threshold = -1},
                                          {.zero_threshold = std::nan("")},
                                          {.positive = {{2, 1}, {1, 1}}},
                                          {.negative = {{1, 1}, {1, 1}}}}) {
    const std::string text = native(impossible, 2);
    EXPECT_THAT(text, HasSubstr("4{7{1:2 2:0 3{1:2 2:+Inf}}}"));
  }
}

// Series of a registry are written in a faster way than others.
TEST(Protobuf, RegistriesAreWrittenAsTheirSnapshots) {
  const vitals::testing::FakeClock clock;
  Registry registry{{.labels = {{"zone", "a\nb"}, {"empty", ""}}, .clock = &clock}};
  auto& counter = registry.counter("a_total", "A.", {"x", "y"}, {.unit = ""});
  for (const std::size_t length : {0, 1, 54, 126, 127, 128, 16'384, 70'000}) {
    counter.with(std::string(length, 'x'), length).inc(length);
    counter.with("\xFF\"\\\n", length).add(0.5);
  }
  registry.counter("b_total", "B.").inc();
  registry.counter("c_total", "C.", {"x"}).with(1).inc(1, {{"trace_id", "1"}});
  registry.gauge("d_seconds", "D.", {"x"}, {.unit = "seconds"}).with("x").set(std::nan(""));
  registry.untyped("e", "E.", {"x"}).with("x").set(-1);
  registry.info("f", "F.", {{"version", "1"}});
  registry.state_set("g", "G.", {"x"}, States{"on", "off"}).with("x").set("on");
  registry.peak_gauge("h", "H.", {"x"}).with("x").observe(2);
  registry.histogram("i", "I.", {"x"}, Buckets{1, 2}).with("x").observe(1.5);
  registry.histogram("j", "J.", {"x"}, Buckets{1, 2}, Native{}).with("x").observe(1.5, {{"trace_id", "1"}});
  registry.summary("k", "K.", {"x"}).with("x").observe(1.5);
  const auto token = registry.counter_callback("l_total", "L.", [] { return 3; });

  std::string of_snapshot;
  expose(registry.snapshot(), {.format = Format::Protobuf}, of_snapshot);

  EXPECT_EQ(test::dump_protobuf(to_protobuf(registry)), test::dump_protobuf(of_snapshot));
  EXPECT_EQ(to_protobuf(registry), of_snapshot);
}

// They were read into the same place, which kept the native buckets.
TEST(Protobuf, FamiliesOfARegistryHaveNothingOfThoseBeforeThem) {
  Registry registry;
  registry.histogram("a", "A.", Native{}).observe(3, {{"trace_id", "x"}});
  registry.histogram("b", "B.", Buckets{1}).observe(0.5);
  registry.histogram("c", "C.", Buckets{-1}).observe(0);
  for (int i = 0; i < 9; ++i) registry.histogram("a", "A.", Native{}).observe(3);

  EXPECT_THAT(test::dump_protobuf(to_protobuf(registry)), HasSubstr("{7{1:1 2:0.5 3{1:1 2:1} 3{1:1 2:+Inf} "));
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("c_bucket{le=\"+Inf\"} 1\n"));
}

TEST(Protobuf, NamesAreEscapedAsAsked) {
  const std::vector<FamilySnapshot> families{{"a.b", "", MetricType::Gauge, {{.labels = {{"c.d", "1"}}, .value = 1}}}};

  EXPECT_THAT(protobuf(families), HasSubstr("1\"a_b\" 2\"\" 3:1\n  4{1{1\"c_d\" 2\"1\"}"));
  EXPECT_THAT(protobuf(families, Escaping::Utf8), HasSubstr("1\"a.b\" 2\"\" 3:1\n  4{1{1\"c.d\" 2\"1\"}"));
}

TEST(Protobuf, InfinityIsInTheOuterBuckets) {
  MetricSnapshot histogram{.count = 2, .buckets = {{0, 1}, {kInfinity, 2}}};
  histogram.exemplars = {{{}, -kInfinity, 0}, {{}, kInfinity, 0}};

  EXPECT_THAT(protobuf({{"h", "", MetricType::Histogram, {histogram}}}),
              HasSubstr("3{1:1 2:0 3{2:-Inf}} 3{1:2 2:+Inf 3{2:+Inf}}"));
}

}  // namespace
}  // namespace vitals
