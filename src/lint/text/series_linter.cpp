#include "lint/text/series_linter.hpp"

#include <algorithm>
#include <cmath>

#include "core/lint/declaration.hpp"
#include "core/text/metric_types.hpp"
#include "lint/text/exact_time.hpp"

namespace vitals::detail {

namespace {

std::string_view own_label_of(const LintFamily& family, std::string_view suffix) {
  if (is_histogram(family.kind()) && suffix == "_bucket") return "le";
  if (family.kind() == MetricType::Summary && suffix.empty()) return "quantile";
  if (family.kind() == MetricType::StateSet) return family.name;
  return {};
}

std::string exact(const LineNumber& time) { return exact_time(time.text, time.value); }

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
  std::stable_sort(sorted_.begin(), sorted_.end(),
                   [](const LineLabel* a, const LineLabel* b) { return a->name < b->name; });
  for (const auto* label : sorted_) {
    if (!sample.own_label.empty() && label->name == sample.own_label) sample.own = label;
  }
  check_label_names(sample);
  if (sample.of_histogram() || sample.family.kind() == MetricType::Summary) check_stray_label(sample);
}

// Left out where series are told apart, so that the others of its metric are not missed.
void SeriesLinter::check_stray_label(Sample& sample) {
  const auto stray = sample.of_histogram() ? std::string_view{"le"} : std::string_view{"quantile"};
  if (sample.own_label == stray) return;
  const auto label = std::find_if(sorted_.begin(), sorted_.end(), [&](const auto* one) { return one->name == stray; });
  if (label == sorted_.end()) return;
  sample.own = *label;
  if (sample.suffix.empty()) return;  // the name is the fault
  sample.context.error(sample.at(sample.own->column), "reserved-label",
                       "label " + in_quotes(stray) + " is for " + (stray == "le" ? "buckets" : "quantiles") +
                           ", not for sums and counts; leave it out");
}

void SeriesLinter::check_label_names(const Sample& sample) {
  const LineLabel* last = nullptr;
  for (const auto* label : sorted_) {
    const auto at = sample.at(label->column);
    if (last && label->name == last->name)
      sample.context.error(at, "duplicate-label", "label " + in_quotes(label->name) + " twice; leave one of them out");
    if (label->name.starts_with("__"))
      sample.context.error(
          at, "reserved-label-name",
          "label " + in_quotes(label->name) + ": names with \"__\" are reserved; drop the underscores");
    else if (label->name.starts_with('_') && format_ == LintFormat::OpenMetrics)
      sample.context.warning(at, "reserved-label-name",
                             "label " + in_quotes(label->name) + ": OpenMetrics reserves a leading \"_\"; drop it");
    if (label->value.empty() && label != sample.own)
      sample.context.warning(at, "empty-label-value",
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
  // OpenMetrics lets a series have several points.
  if (format_ == LintFormat::OpenMetrics && sample.line.timestamp)
    append_for_fingerprint(key_, exact(*sample.line.timestamp));
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
    sample.context.error(sample.at(sample.line.name_column), "interleaved-metric",
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
  if (format_ == LintFormat::OpenMetrics && sample.line.timestamp)
    append_for_fingerprint(key_, exact(*sample.line.timestamp));
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
      sample.context.error(sample.value_at(), "mixed-timestamps",
                           "some samples of this metric have a timestamp and some have none; give all one, or none");
    } else if (now && is_before(exact(*now), exact(*time_)) && sample.family.kind() != MetricType::Info) {
      sample.context.error(sample.at(now->column), "timestamp-order",
                           "the timestamp is before that of the line above; times of a metric must ascend");
    }
  }
  time_ = now;
}

void SeriesLinter::check_time_unit(const Sample& sample, const LineNumber& time) {
  const auto at = sample.at(time.column);
  check_timestamp_unit(sample.context, at, time.value);
  if (format_ == LintFormat::OpenMetrics && time.text.find_first_of("eE") != time.text.npos)
    sample.context.warning(at, "timestamp-exponent", "write timestamps without an exponent");
  if (!std::exchange(timed_, true)) warn_of_timestamp(sample.context, at);
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
  const bool open_metrics = format_ == LintFormat::OpenMetrics;
  LintDeclaration declared{.name = family.name, .help = std::string{family.help.value_or("")}, .type = family.kind()};
  if (open_metrics && family.type == MetricType::Counter) declared.name += "_total";
  if (open_metrics && family.type == MetricType::Info) declared.name += "_info";
  declared.labels.assign(family.label_names.begin(), family.label_names.end());
  declared.unit = family.unit.value_or("");
  declared.bounds = family.bounds;
  const LintPosition at = family.type ? family.type_at : family.first;
  const auto emit_at = [&](LintPosition where) {
    return [this, &family, where](LintProblem::Severity severity, std::string_view rule, std::string message) {
      report_.add(severity, where, family.name, rule, std::move(message));
    };
  };
  if (!family.type && family.samples)
    report_.warning(at, family.name, "type-missing",
                    "no TYPE line; add one, so that it is known how to use the metric");
  lint_conventions(declared, emit_at(at));
  lint_unit_suffix(declared, emit_at(family.unit_at));
  // What is wrong with bounds themselves was said of their lines.
  const auto emit = emit_at(at);
  lint_bounds(declared, [&](LintProblem::Severity severity, std::string_view rule, std::string message) {
    if (severity == LintProblem::Severity::Warning) emit(severity, rule, std::move(message));
  });
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
    report_.error({line, 1}, text, "duplicate-series",
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

// Only now is it known whether lines of the family stand elsewhere, or its count and sum are gauges.
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
