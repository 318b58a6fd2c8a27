// What SeriesLinter says of single values and exemplars, by type.
#include <algorithm>
#include <cmath>

#include "core/text/utf8.hpp"
#include "lint/text/series_linter.hpp"

namespace vitals::detail {

void SeriesLinter::unexpected(const Sample& sample) {
  const auto at = sample.at(sample.line.name_column);
  const std::string name = sample.family.name;
  switch (sample.family.kind()) {
    case MetricType::Counter:
      return sample.context.error(at, "counter-total",
                                  name.ends_with("_total")
                                      ? "a counter's family has its name without \"_total\", its sample with it; take "
                                        "it off TYPE, HELP and UNIT"
                                      : "a counter's sample must end in \"_total\"; use " + in_quotes(name + "_total"));
    case MetricType::Info:
      return sample.context.error(at, "info-suffix",
                                  "an info's sample must end in \"_info\"; use " + in_quotes(name + "_info"));
    default:
      return sample.context.error(at, "unexpected-sample",
                                  "a histogram has no sample of its own name, only with \"_bucket\" and the like");
  }
}

void SeriesLinter::check_value(const Sample& sample) {
  const double value = sample.line.value.value;
  const auto at = sample.value_at();
  if (sample.of_histogram() && points_[point_].first.line == 0)
    points_[point_].first = sample.at(sample.line.name_column);  // one that is only created lacks its buckets
  if (sample.suffix == "_created") {
    if (!std::isfinite(value))
      sample.context.error(at, "created-value", "a creation time must be in seconds since 1970");
    return;
  }
  switch (sample.family.kind()) {
    case MetricType::Counter:
      return check_counter(sample.context, at, value);
    case MetricType::Histogram:
    case MetricType::GaugeHistogram:
      return check_histogram_value(sample);
    case MetricType::Summary:
      return check_summary_value(sample);
    case MetricType::Info:
      if (value != 1) sample.context.error(at, "info-value", "an info is always 1; put what changes into labels");
      return;
    case MetricType::StateSet:
      return check_state(sample);
    case MetricType::Gauge:
      if (value != 1 && sample.family.name.ends_with("_info"))
        sample.context.warning(at, "info-value", "a gauge that ends in \"_info\" is always 1; rename it");
      return;
    case MetricType::Untyped:
      return;
  }
}

void SeriesLinter::check_histogram_value(const Sample& sample) {
  auto& point = points_[point_];
  point.gauge = sample.family.kind() == MetricType::GaugeHistogram;
  const PlacedNumber number{sample.line.value.value, sample.value_at()};
  if (sample.suffix == "_bucket") return check_bucket(sample);
  if (sample.suffix.ends_with("count")) {
    check_count(sample.context, number.at, number.value);
    point.count = number;
  } else {
    point.sum = number;
  }
}

void SeriesLinter::check_bucket(const Sample& sample) {
  constexpr std::size_t kMaxBounds = 10'000;
  auto& point = points_[point_];
  const auto bound = own_number(sample);
  point.odd_bucket = point.odd_bucket || !bound;
  if (!bound) return;
  const auto lower = point.bound;
  auto& bounds = sample.family.bounds;
  if (groups_.size() == 1 && std::isfinite(*bound) && bounds.size() < kMaxBounds) bounds.push_back(*bound);
  const auto before = add_bucket(sample.context, point, sample.value_at(), *bound, sample.line.value.value);
  if (before) disorder_.push_back({&sample.family, sample.value_at(), *bound, *before});
  if (sample.line.exemplar && (!lower || *lower < *bound))
    check_exemplar_value(sample.context, sample.at(sample.line.exemplar->value.column),
                         sample.line.exemplar->value.value, lower, *bound);
}

void SeriesLinter::check_summary_value(const Sample& sample) {
  const double value = sample.line.value.value;
  if (sample.suffix == "_count") return check_count(sample.context, sample.value_at(), value);
  if (sample.suffix == "_sum") return check_summary_sum(sample.context, sample.value_at(), value);
  if (const auto quantile = own_number(sample))
    check_quantile(sample.context, sample.at(sample.own->value_column), *quantile);
  if (value < 0 && format_ == LintFormat::OpenMetrics)
    sample.context.error(sample.value_at(), "quantile-negative", "the value of a quantile must not be negative");
}

void SeriesLinter::check_state(const Sample& sample) {
  if (!sample.own)
    sample.context.error(sample.at(sample.line.name_column), "stateset-label",
                         "a state set has its state in a label of its own name; add " + in_quotes(sample.family.name));
  const double value = sample.line.value.value;
  if (value != 0 && value != 1)
    sample.context.error(sample.value_at(), "stateset-value", "a state is 1, or 0 if it is not on");
}

std::optional<double> SeriesLinter::own_number(const Sample& sample) {
  const std::string label{sample.own_label};
  const bool bucket = label == "le";
  if (!sample.own) {
    sample.context.error(sample.at(sample.line.name_column),
                         bucket ? "histogram-le-missing" : "summary-quantile-missing",
                         "there is no label \"" + label + "\"; add it");
    return std::nullopt;
  }
  const auto number = parse_exposition_number(sample.own->value);
  const auto at = sample.at(sample.own->value_column);
  if (!number || std::isnan(*number)) {
    sample.context.error(at, bucket ? "le-invalid" : "quantile-invalid",
                         label + "=" + in_quotes(sample.own->value) + " is not a number");
    return std::nullopt;
  }
  const auto canonical = canonical_number(*number, format_);
  if (sample.own->value == canonical) return number;
  // Of text, one line stands for the family: some clients write all of them so.
  if (!sample.context.open_metrics() && std::exchange(odd_numbers_, true)) return number;
  sample.context.strict(at, bucket ? "le-not-canonical" : "quantile-not-canonical",
                        label + "=" + in_quotes(sample.own->value) + " makes another series than the usual " +
                            in_quotes(canonical) + "; write that");
  return number;
}

void SeriesLinter::check_exemplar(const Sample& sample) {
  const auto& exemplar = *sample.line.exemplar;
  const auto at = sample.at(exemplar.column);
  const bool bucket = sample.of_histogram() && sample.suffix == "_bucket";
  if (!bucket && !(sample.family.kind() == MetricType::Counter && sample.suffix == "_total"))
    sample.context.error(at, "exemplar-place",
                         "only the buckets of histograms and counters have exemplars; leave it out");
  std::size_t length = 0;
  bool has_nul = false;
  std::vector<const LineLabel*> labels;
  for (const auto& label : exemplar.labels) {
    has_nul = has_nul || label.value.find('\0') != std::string_view::npos;
    length += code_points(label.name) + code_points(label.value);
    labels.push_back(&label);
  }
  std::stable_sort(labels.begin(), labels.end(),
                   [](const LineLabel* a, const LineLabel* b) { return a->name < b->name; });
  const auto twice = std::adjacent_find(labels.begin(), labels.end(),
                                        [](const LineLabel* a, const LineLabel* b) { return a->name == b->name; });
  if (twice != labels.end())
    sample.context.error(sample.at((*std::next(twice))->column), "duplicate-label",
                         "a label of the exemplar comes twice; leave one of them out");
  check_exemplar_labels(sample.context, at, length);
  if (has_nul) sample.context.error(at, "exemplar-nul", "Prometheus can't read a NUL in an exemplar; leave it out");
  if (exemplar.timestamp)
    check_timestamp_unit(sample.context, sample.at(exemplar.timestamp->column), exemplar.timestamp->value);
}

}  // namespace vitals::detail
