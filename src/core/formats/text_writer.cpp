#include "core/formats/text_writer.hpp"

#include <cmath>
#include <limits>
#include <utility>

#include "core/formats/exposed_exemplar.hpp"
#include "core/formats/exposed_histogram.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"

namespace vitals::detail {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

TextWriter::TextWriter(std::string& out, const FamilyHead& head, const Exposition& how)
    : out_{out}, head_{head}, how_{how}, type_{head.type} {
  name_ = exposed_name(head.name, how.escaping, NameKind::Metric);
  if (is_openmetrics()) resolve_openmetrics_type();
  quoted_ = !is_legacy_name(name_, NameKind::Metric);
  if (quoted_) {
    const std::string name = std::exchange(name_, {});
    append_escaped(name_, name, Quotes::Escape);
  }
  if (!is_openmetrics()) {
    append_help("");
    append_type("", text_type_name(type_));
    return;
  }
  append_type("", openmetrics_type_name(type_));
  append_unit();
  append_help("");
}

// There the family of a counter or info is called by its name without the suffix that its lines have.
void TextWriter::resolve_openmetrics_type() {
  if (const std::string_view ending = value_suffix(type_); !ending.empty()) {
    if (const auto base = base_name(name_, type_); base.size() < name_.size()) {
      name_.resize(base.size());
      value_suffix_ = ending;
    } else {
      type_ = type_ == MetricType::Counter ? MetricType::Untyped : MetricType::Gauge;
    }
  } else if (type_ == MetricType::StateSet && exposed_name(head_.name, how_.escaping, NameKind::Label) != name_) {
    type_ = MetricType::Gauge;  // a colon: no label can have that name
  }
}

void TextWriter::append_name(std::string_view suffix) {
  if (quoted_) out_ += '"';
  out_.append(name_).append(suffix);
  if (quoted_) out_ += '"';
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

void TextWriter::begin(std::string_view suffix, std::string_view extra) {
  if (quoted_) out_ += '{';
  append_name(suffix);
  bool open = quoted_;
  for (const auto part : {labels_, extra}) {
    if (!part.empty()) out_.append(1, std::exchange(open, true) ? ',' : '{').append(part);
  }
  out_ += open ? "} " : " ";
}

void TextWriter::end(double value) {
  append_float(out_, value, how_.format);
  out_ += '\n';
}

void TextWriter::end(std::uint64_t value) {
  append_number(out_, value);
  out_ += '\n';
}

void TextWriter::add(const MetricSnapshot& metric) {
  own_labels_.clear();
  for (const Label& label : metric.labels) {
    if (!own_labels_.empty()) own_labels_ += ',';
    append_label(own_labels_, label.name, label.value, how_.escaping);
  }
  add(own_labels_, metric);
}

void TextWriter::add(std::string_view labels, const MetricSnapshot& metric) {
  labels_ = labels;
  switch (head_.type) {
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return add_histogram(metric);
    case MetricType::Summary:
      return add_summary(metric);
    case MetricType::StateSet:
      return add_states(metric);
    case MetricType::Info:
      begin(value_suffix_);
      return end(std::uint64_t{1});
    default:
      return add_value(metric);
  }
}

void TextWriter::add_value(const MetricSnapshot& metric) {
  const bool is_counter = is_openmetrics() && type_ == MetricType::Counter;
  if (is_counter && !(metric.value >= 0)) return;
  begin(value_suffix_);
  if (head_.type == MetricType::Counter && static_cast<double>(metric.whole) == metric.value) {
    append_number(out_, metric.whole);
  } else {
    append_float(out_, metric.value, how_.format);
  }
  if (is_counter) append_newest(metric, -kInfinity, kInfinity);
  out_ += '\n';
  if (is_counter) add_created(metric.created);
}

void TextWriter::add_histogram(const MetricSnapshot& metric) {
  const std::uint64_t count = count_of(metric);
  std::size_t i = 0;
  for_each_bucket(metric, count, [&](double lower, double upper, std::uint64_t cumulative) {
    begin(suffix::kBucket, le(i++, upper));
    append_number(out_, cumulative);
    if (is_openmetrics()) append_newest(metric, lower, upper);
    out_ += '\n';
  });
  const bool is_gauge = head_.type == MetricType::GaugeHistogram;
  if (is_openmetrics() && !has_openmetrics_sum(metric, head_.type)) {
    // _sum and _count: both or neither
  } else if (!is_gauge) {
    add_totals(suffix::kSum, metric.sum, suffix::kCount, count);
  } else if (is_openmetrics()) {
    add_totals(suffix::kGaugeSum, metric.sum, suffix::kGaugeCount, count);
  } else {
    keep_gauge_totals(metric, count);
  }
  if (!is_gauge) add_created(metric.created);
}

void TextWriter::add_totals(std::string_view sum_suffix, double sum, std::string_view count_suffix,
                            std::uint64_t count) {
  begin(sum_suffix);
  end(sum);
  begin(count_suffix);
  end(count);
}

void TextWriter::keep_gauge_totals(const MetricSnapshot& metric, std::uint64_t count) {
  const std::size_t start = out_.size();
  begin(suffix::kGaugeCount);
  end(count);
  gauge_counts_.append(out_, start);
  out_.resize(start);
  begin(suffix::kGaugeSum);
  end(metric.sum);
  gauge_sums_.append(out_, start);
  out_.resize(start);
}

void TextWriter::add_summary(const MetricSnapshot& metric) {
  for (const auto& [quantile, value] : metric.quantiles) {
    if (is_openmetrics() && (!(quantile >= 0 && quantile <= 1) || value < 0)) continue;
    extra_.assign(kQuantileLabel).append("=\"");
    append_float(extra_, quantile, how_.format);
    extra_ += '"';
    begin("", extra_);
    end(value);
  }
  if (!is_openmetrics() || metric.sum >= 0) {
    begin(suffix::kSum);
    end(metric.sum);
  }
  begin(suffix::kCount);
  end(metric.count);
  add_created(metric.created);
}

void TextWriter::add_states(const MetricSnapshot& metric) {
  for (const auto& state : metric.states) {
    extra_.clear();
    append_label(extra_, head_.name, state.name, how_.escaping);
    begin("", extra_);
    end(std::uint64_t{state.enabled});
  }
}

void TextWriter::add_created(UnixNanos created) {
  if (!is_openmetrics() || !how_.created_lines || created <= 0) return;
  begin(suffix::kCreated);
  append_seconds(out_, created);
  out_ += '\n';
}

void TextWriter::append_newest(const MetricSnapshot& metric, double lower, double upper) {
  if (metric.exemplars.empty()) return;
  if (const auto* exemplar = newest_in(metric.exemplars, lower, upper, how_.escaping))
    append_exemplar(out_, *exemplar, how_.escaping);
}

std::string_view TextWriter::le(std::size_t i, double bound) {
  if (i == bounds_.size()) bounds_.push_back({std::nan(""), {}});
  auto& [value, text] = bounds_[i];
  if (value != bound) {
    value = bound;
    text.assign(kBucketLabel).append("=\"");
    append_float(text, bound, how_.format);
    text += '"';
  }
  return text;
}

void TextWriter::finish() {
  const auto add_family = [this](std::string_view suffix, const std::string& lines) {
    if (lines.empty()) return;
    append_help(suffix);
    append_type(suffix, text_type_name(MetricType::Gauge));
    out_ += lines;
  };
  add_family(suffix::kGaugeCount, gauge_counts_);
  add_family(suffix::kGaugeSum, gauge_sums_);
}

}  // namespace vitals::detail
