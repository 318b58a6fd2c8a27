#include "lint/text/series_linter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include "core/lint/lint_declaration.hpp"
#include "core/lint/rules.hpp"
#include "core/text/limits.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"
#include "lint/line/exposition_number.hpp"

namespace vitals::detail {

namespace {

// The label that the type writes on samples whose names end so after the family's; empty: none.
std::string_view own_label_of(const LintFamily& family, std::string_view ending) {
  const auto labelled = is_histogram(family.kind()) ? suffix::kBucket : std::string_view{};
  return ending == labelled ? own_label(family.kind(), family.name) : std::string_view{};
}

bool is_by_name(const LineLabel* a, const LineLabel* b) { return a->name < b->name; }

long double exact(const LineNumber& time) { return exact_exposition_number(time.text, time.value); }

// OpenMetrics lets a series have several points, told apart by their times.
void append_time(std::string& key, const ExpositionLine& line, LintFormat format) {
  if (format != LintFormat::OpenMetrics || !line.timestamp) return;
  std::array<char, 64> digits;
  const long double time = exact(*line.timestamp) + 0.0L;  // -0 is 0
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), time).ptr;
  append_for_fingerprint(key, {digits.data(), end});
}

}  // namespace

void SeriesLinter::sample(LintFamily& family, const ExpositionLine& line, std::size_t number, std::string_view series) {
  Sample sample{family, line, {report_, format_, line.name}, number, line.name.substr(family.name.size()), {}, nullptr};
  sample.own_label = own_label_of(family, sample.suffix);
  check_labels(sample);
  remember(sample, series);
  if (family.unknown_type) return;
  group(sample);
  const auto suffixes = sample_suffixes(family.kind(), format_);
  if (std::find(suffixes.begin(), suffixes.end(), sample.suffix) == suffixes.end()) return unexpected(sample);
  if (line.exemplar) check_exemplar(sample);
  check_value(sample);
}

void SeriesLinter::check_labels(Sample& sample) {
  sorted_.clear();
  for (const auto& label : sample.line.labels) sorted_.push_back(&label);
  std::stable_sort(sorted_.begin(), sorted_.end(), is_by_name);
  for (const auto* label : sorted_) {
    if (!sample.own_label.empty() && label->name == sample.own_label) sample.own = label;
  }
  check_label_names(sample);
  if (sample.of_histogram() || sample.family.kind() == MetricType::Summary) check_stray_label(sample);
}

// Such a label does not count where metrics are told apart, or the metric would seem to lack its other samples.
void SeriesLinter::check_stray_label(Sample& sample) {
  const auto stray = own_label(sample.family.kind());
  if (sample.own_label == stray) return;
  const auto label = std::find_if(sorted_.begin(), sorted_.end(), [&](const auto* one) { return one->name == stray; });
  if (label == sorted_.end()) return;
  sample.own = *label;
  if (sample.suffix.empty()) return;  // the name is what is wrong
  sample.context.error(sample.at(sample.own->column), LintRule::ReservedLabel,
                       "label " + in_quotes(stray) + " is for " + (stray == kBucketLabel ? "buckets" : "quantiles") +
                           ", not for sums and counts; leave it out");
}

void SeriesLinter::check_label_names(const Sample& sample) {
  const LineLabel* last = nullptr;
  for (const auto* label : sorted_) {
    const auto at = sample.at(label->column);
    if (last && label->name == last->name)
      sample.context.add(at, LintRule::DuplicateLabel,
                         "label " + in_quotes(label->name) + " twice; leave one of them out");
    if (is_reserved_label(label->name))
      sample.context.error(
          at, LintRule::ReservedLabelName,
          "label " + in_quotes(label->name) + ": names with \"__\" are reserved; drop the underscores");
    else if (label->name.starts_with('_') && format_ == LintFormat::OpenMetrics)
      sample.context.warning(at, LintRule::ReservedLabelName,
                             "label " + in_quotes(label->name) + ": OpenMetrics reserves a leading \"_\"; drop it");
    if (label->value.empty() && label != sample.own)
      sample.context.add(at, LintRule::EmptyLabelValue,
                         "label " + in_quotes(label->name) + " is empty, which is the same as none; leave it out");
    last = label;
  }
}

void SeriesLinter::remember(const Sample& sample, std::string_view series) {
  key_.clear();
  append_for_fingerprint(key_, sample.line.name);
  for (const auto* label : sorted_) {
    if (label->value.empty()) continue;
    append_for_fingerprint(key_, label->name);
    append_for_fingerprint(key_, label->value);
  }
  append_time(key_, sample.line, format_);
  series_.push_back({fingerprint(key_), sample.number, series});
}

void SeriesLinter::group(const Sample& sample) {
  key_.clear();
  std::string names;
  for (const auto* label : sorted_) {
    if (label == sample.own || label->value.empty()) continue;
    append_for_fingerprint(key_, label->name);
    append_for_fingerprint(key_, label->value);
  }
  const auto id = fingerprint(key_);
  const bool same = any_group_ && id == group_;
  const auto known = groups_.find(id);
  if (!same && known != groups_.end() && format_ == LintFormat::OpenMetrics && sample.family.kind() != MetricType::Info)
    sample.context.add(sample.at(sample.line.name_column), LintRule::InterleavedMetric,
                       "the samples with these labels began on line " + std::to_string(known->second) +
                           " and go on after others; they must stand together");
  check_time(sample, same);
  if (known == groups_.end()) {
    groups_.emplace(id, sample.number);
    for (const auto* label : sorted_) {
      if (label == sample.own) continue;
      append_for_fingerprint(names, label->name);
      sample.family.label_names.emplace(label->name);
    }
    if (first_names_ && *first_names_ != names && !std::exchange(odd_names_, true))
      warn_of_label_names(sample.context, sample.at(sample.line.name_column));
    if (!first_names_) first_names_ = names;
    add_common(sample.own_label);
  }
  append_time(key_, sample.line, format_);
  point_ = fingerprint(key_);
  group_ = id;
  any_group_ = true;
}

void SeriesLinter::add_common(std::string_view own_label) {
  if (common_.none()) return;
  std::vector<CommonLabels::Label> labels;
  for (const auto* label : sorted_) {
    if (label->name != own_label) labels.emplace_back(label->name, label->value);
  }
  common_.add(labels);
}

void SeriesLinter::check_time(const Sample& sample, bool same_group) {
  const auto& now = sample.line.timestamp;
  if (now) check_time_unit(sample, *now);
  if (format_ == LintFormat::OpenMetrics && same_group) {
    if (now.has_value() != time_.has_value()) {
      sample.context.add(sample.value_at(), LintRule::MixedTimestamps,
                         "some samples of this metric have a timestamp and some have none; give all one, or none");
    } else if (now && exact(*now) < exact(*time_) && sample.family.kind() != MetricType::Info) {
      sample.context.add(sample.at(now->column), LintRule::TimestampOrder,
                         "the timestamp is before that of the line above; times of a metric must ascend");
    }
  }
  time_ = now;
}

void SeriesLinter::check_time_unit(const Sample& sample, const LineNumber& time) {
  const auto at = sample.at(time.column);
  check_timestamp_unit(sample.context, at, time.value);
  if (format_ == LintFormat::OpenMetrics && time.text.find_first_of("eE") != time.text.npos)
    sample.context.add(at, LintRule::TimestampExponent, "write timestamps without an exponent");
  if (!std::exchange(timed_, true)) warn_of_timestamp(sample.context, at);
}

void SeriesLinter::unexpected(const Sample& sample) {
  const auto at = sample.at(sample.line.name_column);
  const std::string name = sample.family.name;
  switch (sample.family.kind()) {
    case MetricType::Counter:
      return sample.context.error(
          at, LintRule::CounterTotal,
          name.ends_with(suffix::kTotal)
              ? "a counter's family has its name without \"_total\", its sample with it; take "
                "it off TYPE, HELP and UNIT"
              : "a counter's sample must end in \"_total\"; use " + in_quotes(name + std::string{suffix::kTotal}));
    case MetricType::Info:
      return sample.context.error(
          at, LintRule::InfoSuffix,
          "an info's sample must end in \"_info\"; use " + in_quotes(name + std::string{suffix::kInfo}));
    default:
      return sample.context.add(at, LintRule::UnexpectedSample,
                                "a histogram has no sample of its own name, only with \"_bucket\" and the like");
  }
}

void SeriesLinter::check_value(const Sample& sample) {
  const double value = sample.line.value.value;
  const auto at = sample.value_at();
  if (sample.of_histogram() && points_[point_].first.line == 0)
    points_[point_].first = sample.at(sample.line.name_column);  // also if only `_created` is there, without buckets
  if (sample.suffix == suffix::kCreated) {
    if (!std::isfinite(value))
      sample.context.add(at, LintRule::CreatedValue, "a creation time must be in seconds since 1970");
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
      if (value != 1)
        sample.context.error(at, LintRule::InfoValue, "an info is always 1; put what changes into labels");
      return;
    case MetricType::StateSet:
      return check_state(sample);
    case MetricType::Gauge:
      if (value != 1 && sample.family.name.ends_with(suffix::kInfo))
        sample.context.warning(at, LintRule::InfoValue, "a gauge that ends in \"_info\" is always 1; rename it");
      return;
    case MetricType::Untyped:
      return;
  }
}

void SeriesLinter::check_histogram_value(const Sample& sample) {
  auto& point = points_[point_];
  point.gauge = sample.family.kind() == MetricType::GaugeHistogram;
  const PlacedNumber number{sample.line.value.value, sample.value_at()};
  if (sample.suffix == suffix::kBucket) return check_bucket(sample);
  if (sample.suffix == suffix::kCount || sample.suffix == suffix::kGaugeCount) {
    check_count(sample.context, number.at, number.value);
    point.count = number;
  } else {
    point.sum = number;
  }
}

void SeriesLinter::check_bucket(const Sample& sample) {
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
  if (sample.suffix == suffix::kCount) return check_count(sample.context, sample.value_at(), value);
  if (sample.suffix == suffix::kSum) return check_summary_sum(sample.context, sample.value_at(), value);
  if (const auto quantile = own_number(sample))
    check_quantile(sample.context, sample.at(sample.own->value_column), *quantile);
  if (value < 0 && format_ == LintFormat::OpenMetrics)
    sample.context.add(sample.value_at(), LintRule::QuantileNegative, "the value of a quantile must not be negative");
}

void SeriesLinter::check_state(const Sample& sample) {
  if (!sample.own)
    sample.context.add(sample.at(sample.line.name_column), LintRule::StatesetLabel,
                       "a state set has its state in a label of its own name; add " + in_quotes(sample.family.name));
  const double value = sample.line.value.value;
  if (value != 0 && value != 1)
    sample.context.add(sample.value_at(), LintRule::StatesetValue, "a state is 1, or 0 if it is not on");
}

std::optional<double> SeriesLinter::own_number(const Sample& sample) {
  const std::string label{sample.own_label};
  const bool bucket = label == kBucketLabel;
  if (!sample.own) {
    sample.context.add(sample.at(sample.line.name_column),
                       bucket ? LintRule::HistogramLeMissing : LintRule::SummaryQuantileMissing,
                       "there is no label \"" + label + "\"; add it");
    return std::nullopt;
  }
  const auto number = parse_exposition_number(sample.own->value);
  const auto at = sample.at(sample.own->value_column);
  if (!number || std::isnan(*number)) {
    sample.context.add(at, bucket ? LintRule::LeInvalid : LintRule::QuantileInvalid,
                       label + "=" + in_quotes(sample.own->value) + " is not a number");
    return std::nullopt;
  }
  const auto canonical = canonical_number(*number, format_);
  if (sample.own->value == canonical) return number;
  // In text one problem stands for all of the family: some clients write every number so.
  if (!sample.context.is_openmetrics() && std::exchange(odd_numbers_, true)) return number;
  sample.context.strict(at, bucket ? LintRule::LeNotCanonical : LintRule::QuantileNotCanonical,
                        label + "=" + in_quotes(sample.own->value) + " makes another series than the usual " +
                            in_quotes(canonical) + "; write that");
  return number;
}

void SeriesLinter::check_exemplar(const Sample& sample) {
  const auto& exemplar = *sample.line.exemplar;
  const auto at = sample.at(exemplar.column);
  const bool bucket = sample.of_histogram() && sample.suffix == suffix::kBucket;
  if (!bucket && !(sample.family.kind() == MetricType::Counter && sample.suffix == suffix::kTotal))
    sample.context.add(at, LintRule::ExemplarPlace,
                       "only the buckets of histograms and counters have exemplars; leave it out");
  std::size_t length = 0;
  bool has_nul = false;
  std::vector<const LineLabel*> labels;
  for (const auto& label : exemplar.labels) {
    has_nul = has_nul || label.value.find('\0') != std::string_view::npos;
    length += code_points(label.name) + code_points(label.value);
    labels.push_back(&label);
  }
  std::stable_sort(labels.begin(), labels.end(), is_by_name);
  const auto twice = std::adjacent_find(labels.begin(), labels.end(),
                                        [](const LineLabel* a, const LineLabel* b) { return a->name == b->name; });
  if (twice != labels.end())
    sample.context.add(sample.at((*std::next(twice))->column), LintRule::DuplicateLabel,
                       "a label of the exemplar comes twice; leave one of them out");
  check_exemplar_labels(sample.context, at, length);
  if (has_nul)
    sample.context.add(at, LintRule::ExemplarNul, "Prometheus can't read a NUL in an exemplar; leave it out");
  if (exemplar.timestamp)
    check_timestamp_unit(sample.context, sample.at(exemplar.timestamp->column), exemplar.timestamp->value);
}

void SeriesLinter::end(LintFamily& family) {
  if (!family.damaged) {
    for (const auto& [id, point] : points_) {
      if (report_.full()) break;
      check_histogram({report_, format_, family.name}, point);
      if (const MissingParts missing = missing_parts(point, format_); missing.any())
        missing_.push_back({&family, point.first, missing});
    }
  }
  if (family.samples && !family.unknown_type) common_.end_family();
  points_.clear();
  groups_.clear();
  first_names_.reset();
  time_.reset();
  any_group_ = odd_names_ = timed_ = odd_numbers_ = false;
}

void SeriesLinter::judge(const LintFamily& family) {
  LintDeclaration declared{.name = family.name, .help = std::string{family.help.value_or("")}, .type = family.kind()};
  if (format_ == LintFormat::OpenMetrics) declared.name += value_suffix(family.kind());
  declared.labels.assign(family.label_names.begin(), family.label_names.end());
  declared.unit = family.unit.value_or("");
  declared.bounds = family.bounds;
  const LintTarget target{report_, family.type ? family.type_at : family.first, family.name};
  if (!family.type && family.samples)
    target.add(LintRule::TypeMissing, "no TYPE line; add one, so that it is known how to use the metric");
  lint_conventions(declared, target);
  lint_unit_suffix(declared, {report_, family.unit_at, family.name});
  lint_buckets(declared, target);
}

void SeriesLinter::finish(const LintFamilies& families) {
  report_missing(families);
  std::sort(series_.begin(), series_.end());
  std::vector<std::size_t> twice;  // lines
  for (std::size_t i = 1; i < series_.size(); ++i) {
    const auto& [id, line, text] = series_[i];
    if (report_.full()) break;
    if (id != series_[i - 1].id) continue;
    twice.push_back(line);
    report_.add({line, 1}, text, LintRule::DuplicateSeries,
                "the same series as on line " + std::to_string(series_[i - 1].line) + "; leave one of them out");
  }
  std::sort(twice.begin(), twice.end());
  for (const auto& [family, at, bound, before] : disorder_) {
    if (report_.full()) break;
    if (!std::binary_search(twice.begin(), twice.end(), at.line))
      report_bucket_order({report_, format_, family->name}, at, bound, before);
  }
  common_.report(report_, {1, 1});
}

// Called at the end: until then, lines of the family may come elsewhere, or its count and sum as gauges.
void SeriesLinter::report_missing(const LintFamilies& families) {
  for (const auto& [family, at, parts] : missing_) {
    if (report_.full()) break;
    if (family->damaged) continue;
    MissingParts left = parts;
    if (format_ != LintFormat::OpenMetrics && families.has_gauge_totals(*family)) left.count = left.sum = false;
    report_missing_parts({report_, format_, family->name}, at, left);
  }
}

}  // namespace vitals::detail
