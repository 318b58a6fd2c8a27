#include "core/formats/text_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(TextWriter, FamilyWithoutSeriesLeavesNothing) {
  std::string out = "before\n";
  TextWriter writer{out, {}};

  writer.begin({"empty", "E.", MetricType::Gauge});
  writer.end();
  writer.begin({"a", "A.", MetricType::Gauge});
  writer.add_number("", std::uint64_t{1});
  writer.end();

  EXPECT_EQ(out, "before\n# HELP a A.\n# TYPE a gauge\na 1\n");
}

// The writer's buffer has 16 KiB.
TEST(TextWriter, LinesAreWholeWhereverTheBufferEnds) {
  for (std::size_t size = 16'300; size < 16'450; ++size) {
    const std::string labels = "x=\"" + std::string(size, 'x') + '"';
    std::string out;
    TextWriter writer{out, {.format = Format::OpenMetrics}};
    MetricSnapshot metric;
    metric.value = 2;
    metric.exemplars = {{{{"id", "1"}}, 1, 0}};

    writer.begin({"a_total", "A.", MetricType::Counter});
    writer.add(labels, metric);
    writer.add("x=\"y\"", metric);
    writer.end();

    ASSERT_EQ(out, "# TYPE a counter\n# HELP a A.\na_total{" + labels +
                       "} 2.0 # {id=\"1\"} 1.0\na_total{x=\"y\"} 2.0 # {id=\"1\"} 1.0\n")
        << size;
  }
}

TEST(TextWriter, HistogramThatIsHandedOverLooksAsItsSnapshotDoes) {
  MetricSnapshot metric;
  metric.count = 3;
  metric.sum = 1.5;
  metric.buckets = {{0.5, 1}, {2, 3}};
  for (const Format format : {Format::Text, Format::OpenMetrics}) {
    std::string added;
    TextWriter adding{added, {.format = format}};
    adding.begin({"a", "A.", MetricType::Histogram});
    adding.add("x=\"y\"", metric);
    adding.end();

    std::string handed;
    TextWriter writer{handed, {.format = format}};
    BucketLabels labels{format};
    writer.begin({"a", "A.", MetricType::Histogram});
    writer.begin_histogram("x=\"y\"");
    writer.add_bucket(labels.of(0, 0.5), 1);
    writer.add_bucket(labels.of(1, 2), 3);
    writer.add_bucket(labels.of(2, std::numeric_limits<double>::infinity()), 3);
    writer.end_histogram(1.5, 3, false);
    writer.end();

    EXPECT_EQ(handed, added);
  }
}

// The families of a scrape share the labels; -0 and 0 are equal as numbers.
TEST(BucketLabels, ZeroOfEitherSignIsWrittenAsItIs) {
  BucketLabels labels{Format::Text};

  EXPECT_EQ(labels.of(0, 0.0), "le=\"0\"} ");
  EXPECT_EQ(labels.of(0, -0.0), "le=\"-0\"} ");
}

// A histogram of a gauge whose lines are many times the buffer of the writer, and some pieces.
void add_large_histogram(TextWriter& writer, std::string_view labels) {
  writer.begin_histogram(labels);
  for (std::uint64_t i = 0; i < 20'000; ++i) writer.add_bucket("le=\"0.5\"} ", i);
  writer.end_histogram(1, 2, false);
}

TEST(TextWriter, GivesPiecesOfWholeLinesThatMakeUpTheText) {
  const std::string labels = "x=\"" + std::string(40'000, 'x') + '"';
  const auto write = [&](TextWriter& writer) {
    writer.begin({"a", "A.", MetricType::Gauge});
    for (std::uint64_t i = 0; i < 50'000; ++i) writer.add_number("x=\"y\"", i);
    for (std::uint64_t i = 0; i < 10; ++i) writer.add_number(labels, i);
    writer.end();
  };
  std::string whole;
  TextWriter to_whole{whole, {}};
  std::string pieces;
  std::string rest;
  std::size_t n = 0;
  const PieceSink sink = [&](std::string_view piece) {
    EXPECT_GE(piece.size(), kPieceBytes);
    EXPECT_LT(piece.size(), kPieceBytes + 64 * 1024);
    EXPECT_EQ(piece.back(), '\n');
    pieces += piece;
    ++n;
  };
  TextWriter to_pieces{rest, {}, &sink};

  write(to_whole);
  write(to_pieces);

  EXPECT_TRUE(pieces + rest == whole);
  EXPECT_GT(n, whole.size() / (kPieceBytes + 64 * 1024));
  EXPECT_LT(rest.size(), kPieceBytes);
}

TEST(TextWriter, WhatIsTakenBackIsInNoPiece) {
  std::string pieces;
  std::string rest;
  const PieceSink sink = [&](std::string_view piece) { pieces += piece; };
  TextWriter writer{rest, {}, &sink};

  writer.begin({"gone", "G.", MetricType::Histogram});  // its head goes too
  const auto first = writer.mark();
  add_large_histogram(writer, "x=\"gone\"");
  writer.settle(first, true);
  writer.end();
  writer.begin({"a", "A.", MetricType::Histogram});
  for (const bool is_removed : {false, true, false}) {
    const auto before = writer.mark();
    add_large_histogram(writer, is_removed ? "x=\"gone\"" : "x=\"kept\"");
    writer.settle(before, is_removed);
  }
  writer.end();

  const std::string text = pieces + rest;
  EXPECT_EQ(text.find("gone"), std::string::npos);
  EXPECT_EQ(text.rfind("# HELP a A.\n# TYPE a histogram\na_bucket{x=\"kept\",le=\"0.5\"} 0\n", 0), 0U);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2 + 2 * (20'000 + 2));
  EXPECT_FALSE(pieces.empty());
}

TEST(TextWriter, LinesThatComeAfterTheirFamilyAreInOrderInPiecesToo) {
  MetricSnapshot metric;
  metric.count = 3;
  metric.buckets = {{0.5, 1}};
  metric.labels = {{"x", std::string(20'000, 'x')}};
  const auto write = [&](TextWriter& writer) {
    writer.begin({"a", "A.", MetricType::GaugeHistogram});
    for (int i = 0; i < 20; ++i) writer.add(metric);
    writer.end();
  };
  std::string whole;
  TextWriter to_whole{whole, {}};
  std::string pieces;
  std::string rest;
  const PieceSink sink = [&](std::string_view piece) { pieces += piece; };
  TextWriter to_pieces{rest, {}, &sink};

  write(to_whole);
  write(to_pieces);

  EXPECT_TRUE(pieces + rest == whole);
  EXPECT_FALSE(pieces.empty());
}

}  // namespace
}  // namespace vitals::detail
