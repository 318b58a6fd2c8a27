#include "core/formats/text_writer.hpp"

#include <cstddef>
#include <limits>
#include <utility>

#include "core/formats/exposed_exemplar.hpp"
#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/units.hpp"

namespace vitals::detail {

TextWriter::TextWriter(std::string& out, const Exposition& how, const PieceSink* sink)
    : out_{out}, how_{how}, lines_{out, how.format == Format::OpenMetrics, sink}, bucket_labels_{how.format} {}

void TextWriter::begin(const FamilyHead& head) {
  head_ = head;
  start_ = lines_.size();
  is_empty_ = true;
  type_ = head.type;
  set_name();
  if (!is_openmetrics()) {
    append_help("");
    append_type("", text_type_name(type_));
    return;
  }
  append_type("", openmetrics_type_name(type_));
  append_unit();
  append_help("");
}

// In OpenMetrics the family of a counter or info is called by its name without the suffix that its lines have.
void TextWriter::set_name() {
  name_ = exposed_name(head_.name, how_.escaping, NameKind::Metric);
  std::string_view suffix;
  if (is_openmetrics()) {
    if (const std::string_view ending = value_suffix(type_); !ending.empty()) {
      if (const auto base = base_name(name_, type_); base.size() < name_.size()) {
        name_.resize(base.size());
        suffix = ending;
      } else {
        type_ = type_ == MetricType::Counter ? MetricType::Untyped : MetricType::Gauge;
      }
    } else if (type_ == MetricType::StateSet && exposed_name(head_.name, how_.escaping, NameKind::Label) != name_) {
      type_ = MetricType::Gauge;  // a colon: no label can have that name
    }
  }
  // All other escapings give legacy names.
  is_quoted_ = how_.escaping == Escaping::Utf8 && !is_legacy_name(name_, NameKind::Metric);
  if (is_quoted_) {
    const std::string name = std::exchange(name_, {});
    append_escaped(name_, name, Quotes::Escape);
  }
  value_name_.assign(name_).append(suffix);
}

void TextWriter::append_name(std::string_view suffix) {
  if (is_quoted_) out_ += '"';
  out_.append(name_).append(suffix);
  if (is_quoted_) out_ += '"';
}

void TextWriter::append_help(std::string_view suffix) {
  out_ += "# HELP ";
  append_name(suffix);
  out_ += ' ';
  append_escaped(out_, head_.help, is_openmetrics() ? Quotes::Escape : Quotes::Keep);
  out_ += '\n';
}

void TextWriter::append_type(std::string_view suffix, std::string_view type) {
  out_ += "# TYPE ";
  append_name(suffix);
  out_.append(1, ' ').append(type).append(1, '\n');
}

void TextWriter::append_unit() {
  if (!is_unit_of(head_.unit, name_, type_)) return;
  out_ += "# UNIT ";
  append_name("");
  out_.append(1, ' ').append(head_.unit).append(1, '\n');
}

template <class Number>
void TextWriter::put_other_line(std::string_view name, std::string_view suffix, std::string_view last_label, Number n) {
  if (!is_quoted_ && labels_.empty() && last_label.empty())
    return lines_.put_line(n, name, suffix, std::string_view{" "});
  line_.assign(is_quoted_ ? "{\"" : "").append(name).append(suffix).append(is_quoted_ ? "\"" : "");
  bool is_open = is_quoted_;
  for (const auto part : {labels_, last_label}) {
    if (!part.empty()) line_.append(1, std::exchange(is_open, true) ? ',' : '{').append(part);
  }
  lines_.put_line(n, std::string_view{line_}, std::string_view{is_open ? "} " : " "});
}
template void TextWriter::put_other_line(std::string_view, std::string_view, std::string_view, std::uint64_t);
template void TextWriter::put_other_line(std::string_view, std::string_view, std::string_view, double);

void TextWriter::add(const MetricSnapshot& metric) {
  own_labels_.clear();
  for (const Label& label : metric.labels) {
    if (!own_labels_.empty()) own_labels_ += ',';
    append_label(own_labels_, label.name, label.value, how_.escaping);
  }
  set_stamp(metric.timestamp);
  add(own_labels_, metric);
  stamp_.clear();
}

void TextWriter::set_stamp(UnixMillis timestamp) {
  if (timestamp <= 0) return;
  stamp_ = ' ';
  if (!is_openmetrics()) {
    stamp_ += std::to_string(timestamp);
    return;
  }
  append_seconds(stamp_, timestamp, 1000);
}

void TextWriter::add(std::string_view labels, const MetricSnapshot& metric) {
  begin_series(labels);
  switch (head_.type) {
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return add_histogram(metric);
    case MetricType::Summary:
      return add_summary(metric);
    case MetricType::StateSet:
      return add_states(metric);
    case MetricType::Info:
      add_number(labels, std::uint64_t{1});
      return stamp();
    default:
      return add_value(metric);
  }
}

void TextWriter::add_value(const MetricSnapshot& metric) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const bool is_counter = is_openmetrics() && type_ == MetricType::Counter;
  if (is_counter && !(metric.value >= 0)) return;
  if (head_.type == MetricType::Counter && static_cast<double>(metric.whole) == metric.value) {
    put_line(value_name_, {}, metric.whole);
  } else {
    put_line(value_name_, {}, metric.value);
  }
  stamp();
  if (!is_counter) return;
  add_newest_exemplar(metric, -kInfinity, kInfinity);
  add_created(metric.created);
}

void TextWriter::begin_histogram(std::string_view labels) {
  begin_series(labels);
  const std::size_t bytes = name_.size() + labels.size() + 16;
  if (bucket_beginning_.capacity() < bytes) bucket_beginning_.reserve(2 * bytes);  // other series may need more
  bucket_beginning_.assign(is_quoted_ ? "{\"" : "").append(name_).append(suffix::kBucket);
  bucket_beginning_.append(is_quoted_ ? "\"," : "{").append(labels);
  if (!labels.empty()) bucket_beginning_ += ',';
}

void TextWriter::end_histogram(double sum, std::uint64_t count, bool has_negative_bounds) {
  put_histogram_end(sum, count, has_negative_bounds, [] {});
}

template <class AfterLine>
void TextWriter::put_histogram_end(double sum, std::uint64_t count, bool has_negative_bounds, AfterLine after_line) {
  const bool is_gauge = head_.type == MetricType::GaugeHistogram;
  if (is_gauge && !is_openmetrics()) {
    keep_line(gauge_counts_, suffix::kGaugeCount, count, after_line);
    keep_line(gauge_sums_, suffix::kGaugeSum, sum, after_line);
  } else if (!is_openmetrics() || has_openmetrics_sum(sum, has_negative_bounds, head_.type)) {  // both or neither
    put_line(name_, is_gauge ? suffix::kGaugeSum : suffix::kSum, sum);
    after_line();
    put_line(name_, is_gauge ? suffix::kGaugeCount : suffix::kCount, count);
    after_line();
  }
}

void TextWriter::add_histogram(const MetricSnapshot& metric) {
  const std::uint64_t count = count_of(metric);
  std::size_t i = 0;
  begin_histogram(labels_);
  for_each_bucket(metric, count, [&](double lower, double upper, std::uint64_t cumulative) {
    add_bucket(bucket_labels_.of(i++, upper), cumulative);
    stamp();
    if (is_openmetrics()) add_newest_exemplar(metric, lower, upper);
  });
  put_histogram_end(metric.sum, count, has_negative_bounds(metric), [this] { stamp(); });
  if (head_.type == MetricType::Histogram) add_created(metric.created);
}

// The line belongs to a family of its own, which comes after this one.
template <class Number, class AfterLine>
void TextWriter::keep_line(std::string& kept, std::string_view suffix, Number n, AfterLine after_line) {
  const std::size_t start = lines_.size();
  const std::size_t held_before = lines_.hold(start);
  put_line(name_, suffix, n);
  after_line();
  lines_.flush();
  kept.append(lines_.since(start));
  lines_.resize(start);
  lines_.release(held_before);
}

void TextWriter::add_summary(const MetricSnapshot& metric) {
  for (const auto& [quantile, value] : metric.quantiles) {
    if (is_openmetrics() && (!(quantile >= 0 && quantile <= 1) || value < 0)) continue;
    scratch_.assign(kQuantileLabel).append("=\"");
    append_float(scratch_, quantile, how_.format);
    scratch_ += '"';
    put_other_line(name_, {}, scratch_, value);
    stamp();
  }
  if (!is_openmetrics() || metric.sum >= 0) {
    put_line(name_, suffix::kSum, metric.sum);
    stamp();
  }
  put_line(name_, suffix::kCount, metric.count);
  stamp();
  add_created(metric.created);
}

void TextWriter::add_states(const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    scratch_.clear();
    append_label(scratch_, head_.name, state.name, how_.escaping);
    put_other_line(name_, {}, scratch_, std::uint64_t{state.enabled});
    stamp();
  }
}

void TextWriter::add_created(UnixNanos created) {
  if (!has_created_lines() || created <= 0) return;
  scratch_.clear();
  append_seconds(scratch_, created);
  put_line(name_, suffix::kCreated, std::string_view{scratch_});
  stamp();
}

// To the line that was put last.
void TextWriter::add_newest_exemplar(const MetricSnapshot& metric, double lower, double upper) {
  if (metric.exemplars.empty()) return;
  const Exemplar* exemplar = newest_in(metric.exemplars, lower, upper, how_.escaping);
  if (exemplar == nullptr) return;
  scratch_.clear();
  append_exemplar(scratch_, *exemplar, how_.escaping);
  lines_.extend_line(scratch_);
}

void TextWriter::end() {
  lines_.flush();
  if (is_empty_) lines_.resize(start_);
  const auto append_family = [this](std::string_view suffix, std::string& lines) {
    if (lines.empty()) return;
    append_help(suffix);
    append_type(suffix, text_type_name(MetricType::Gauge));
    out_ += lines;
    lines.clear();
  };
  append_family(suffix::kGaugeCount, gauge_counts_);
  append_family(suffix::kGaugeSum, gauge_sums_);
  lines_.give();
}

}  // namespace vitals::detail
