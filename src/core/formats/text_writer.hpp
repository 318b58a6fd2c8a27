#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/bucket_labels.hpp"
#include "core/formats/family_head.hpp"
#include "core/formats/line_writer.hpp"

namespace vitals::detail {

/// Writes families in text or OpenMetrics, one after the other: begin() the head of one, add() each series, end() what
/// comes after the last one. A family to which nothing was added leaves nothing. Cost of add(): no allocation once the
/// buffers have grown, about 10 ns a line (bench/core).
class TextWriter {
 public:
  /// With a sink, what is written goes there in pieces, of which the last is left in `out`.
  /// REQUIRES: how.format is not Protobuf; out and sink live as long as this.
  TextWriter(std::string& out, const Exposition& how, const PieceSink* sink = nullptr);

  [[nodiscard]] bool is_openmetrics() const noexcept { return lines_.is_openmetrics(); }
  [[nodiscard]] bool has_created_lines() const noexcept { return is_openmetrics() && how_.created_lines; }

  /// REQUIRES: head is there until end().
  void begin(const FamilyHead& head);
  void end();

  /// Where the next series begins. What is added from there on can be taken back until settle() tells whether it is to.
  struct Mark {
    std::size_t bytes;
    bool is_empty;
    std::size_t held_before;
  };
  [[nodiscard]] Mark mark() noexcept {
    const std::size_t bytes = lines_.size();
    return {bytes, is_empty_, lines_.hold(is_empty_ ? start_ : bytes)};
  }
  void settle(const Mark& mark, bool take_back) {
    lines_.release(mark.held_before);
    if (!take_back) return;
    lines_.resize(mark.bytes);
    is_empty_ = mark.is_empty;
  }

  /// With its own time, if it has one.
  void add(const MetricSnapshot& metric);
  /// With labels that are rendered already, `a="b",c="d"`; those of the snapshot are not read.
  void add(std::string_view labels, const MetricSnapshot& metric);

  // What add() is made of, for families that have the numbers at hand.

  /// A series that is one number: of a gauge, or of a counter without exemplar and start.
  template <class Number>
  void add_number(std::string_view labels, Number n) {
    begin_series(labels);
    put_line(value_name_, {}, n);
  }
  /// A histogram without exemplars and start: begin_histogram(), add_bucket() for each with the label that it has in
  /// BucketLabels, end_histogram().
  void begin_histogram(std::string_view labels);
  void add_bucket(std::string_view label, std::uint64_t cumulative_count) {
    lines_.put_line(cumulative_count, std::string_view{bucket_beginning_}, label);
  }
  void end_histogram(double sum, std::uint64_t count, bool has_negative_bounds);

 private:
  void set_name();
  void append_name(std::string_view suffix);
  void append_help(std::string_view suffix);
  void append_type(std::string_view suffix, std::string_view type);
  void append_unit();

  void begin_series(std::string_view labels) noexcept {
    labels_ = labels;
    is_empty_ = false;
  }
  // name suffix{labels of the series} number
  template <class Number>
  void put_line(std::string_view name, std::string_view suffix, Number n) {
    if (labels_.empty() || is_quoted_) return put_other_line(name, suffix, {}, n);
    lines_.put_line(n, name, suffix, std::string_view{"{"}, labels_, std::string_view{"} "});
  }
  // The same for a series without labels and for quoted names, and with one more label if it is not empty.
  template <class Number>
  void put_other_line(std::string_view name, std::string_view suffix, std::string_view last_label, Number n);

  // What is to be added to each line of a series that has a time of its own.
  void set_stamp(UnixMillis timestamp);
  void stamp() {
    if (!stamp_.empty()) lines_.extend_line(stamp_);
  }
  // after_line: called when a line was put.
  template <class AfterLine>
  void put_histogram_end(double sum, std::uint64_t count, bool has_negative_bounds, AfterLine after_line);

  void add_value(const MetricSnapshot& metric);
  void add_histogram(const MetricSnapshot& metric);
  template <class Number, class AfterLine>
  void keep_line(std::string& kept, std::string_view suffix, Number n, AfterLine after_line);
  void add_summary(const MetricSnapshot& metric);
  void add_states(const MetricSnapshot& metric);
  void add_created(UnixNanos created);
  void add_newest_exemplar(const MetricSnapshot& metric, double lower, double upper);

  std::string& out_;
  const Exposition how_;
  LineWriter lines_;        // of series; what comes before and after them is appended to out_ itself
  std::string stamp_;       // " 1700000000000"; empty: the series has no time of its own
  std::string own_labels_;  // of a series whose labels are not rendered yet
  std::string scratch_;     // this and the next: kept for their memory
  std::string line_;
  BucketLabels bucket_labels_;  // of histograms whose family keeps none

  // Of the family.
  FamilyHead head_{};
  std::size_t start_ = 0;   // where it begins, in bytes of all that was written
  bool is_empty_ = true;    // nothing was added
  MetricType type_{};       // as in the TYPE line
  std::string name_;        // as in the TYPE line, without quotes around it
  std::string value_name_;  // of lines that are the one number of a series: in OpenMetrics with _total or _info
  bool is_quoted_ = false;  // the name goes between the braces
  // The lines of gauge histograms in text that belong to families of their own.
  std::string gauge_counts_;
  std::string gauge_sums_;

  std::string_view labels_;       // of the series that is being written
  std::string bucket_beginning_;  // of each line of its buckets
};

}  // namespace vitals::detail
