#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/family_head.hpp"

namespace vitals::detail {

// Writes one family in text or OpenMetrics: the constructor its head, add() a series, finish() what comes after the
// last one. Cost of add(): no allocation once the buffers have grown, about 40 ns a line besides the labels
// (bench/core).
class TextWriter {
 public:
  /// REQUIRES: how.format is not Protobuf; out and head live as long as this.
  TextWriter(std::string& out, const FamilyHead& head, const Exposition& how);

  void add(const MetricSnapshot& metric);
  /// With labels that are rendered already, `a="b",c="d"`; those of the snapshot are not read.
  void add(std::string_view labels, const MetricSnapshot& metric);
  void finish();

 private:
  struct Bound {
    double value;
    std::string text;
  };

  [[nodiscard]] bool is_openmetrics() const noexcept { return how_.format == Format::OpenMetrics; }
  void resolve_openmetrics_type();
  void append_name(std::string_view suffix);
  void append_help(std::string_view suffix);
  void append_type(std::string_view suffix, std::string_view type);
  void append_unit();

  // name suffix {labels, extra} and a space
  void begin(std::string_view suffix, std::string_view extra = {});
  void end(double value);
  void end(std::uint64_t value);

  void add_value(const MetricSnapshot& metric);
  void add_histogram(const MetricSnapshot& metric);
  void add_totals(std::string_view sum_suffix, double sum, std::string_view count_suffix, std::uint64_t count);
  void keep_gauge_totals(const MetricSnapshot& metric, std::uint64_t count);
  void add_summary(const MetricSnapshot& metric);
  void add_states(const MetricSnapshot& metric);
  void add_created(UnixNanos created);
  void append_newest(const MetricSnapshot& metric, double lower, double upper);
  [[nodiscard]] std::string_view le(std::size_t i, double bound);

  std::string& out_;
  const FamilyHead head_;
  const Exposition how_;
  std::string name_;               // as in the TYPE line, without quotes around it
  MetricType type_;                // as in the TYPE line
  std::string_view value_suffix_;  // OpenMetrics: what the lines of counters and infos have more than the TYPE line
  bool quoted_ = false;            // the name goes between the braces

  std::string own_labels_;
  std::string_view labels_;    // of the series that is being written
  std::string extra_;          // kept for its memory
  std::vector<Bound> bounds_;  // `le="0.5"`; the series of a family mostly have the same ones
  // The lines of gauge histograms in text that belong to families of their own.
  std::string gauge_counts_;
  std::string gauge_sums_;
};

}  // namespace vitals::detail
