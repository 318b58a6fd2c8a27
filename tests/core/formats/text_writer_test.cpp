#include "core/formats/text_writer.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

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

}  // namespace
}  // namespace vitals::detail
