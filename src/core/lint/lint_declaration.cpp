#include "core/lint/lint_declaration.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/lint/rules.hpp"
#include "core/text/ascii.hpp"
#include "core/text/limits.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/units.hpp"

namespace vitals {

namespace detail {

namespace {

// Longer names are nobody's choice, and to look for all labels in one would take quadratic time.
constexpr std::size_t kLongName = 500;

std::vector<std::string> label_names(const LintDeclaration& declared) {
  auto names = declared.labels;
  for (const auto& label : declared.constant_labels) names.push_back(label.name);
  return names;
}

bool is_camel_case(std::string_view name) {
  for (std::size_t i = 1; i < name.size(); ++i) {
    const bool lower = name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (lower && name[i] >= 'A' && name[i] <= 'Z') return true;
  }
  return false;
}

// promlint's rules of suffixes and of the labels that histograms and summaries keep for themselves.
void lint_reserved(const LintDeclaration& declared, const LintTarget& target) {
  const std::string_view name = declared.name;
  const bool histogram = is_histogram(declared.type);
  const bool summary = declared.type == MetricType::Summary;
  const auto check_suffix = [&](std::string_view reserved, bool mine, std::string_view owner) {
    if (!mine && name.ends_with(reserved))
      target.add(LintRule::ReservedSuffix,
                 "only " + std::string{owner} + " may end in \"" + std::string{reserved} + "\"; rename the metric");
  };
  check_suffix(suffix::kCreated, false, "what OpenMetrics adds to counters, histograms and summaries");
  if (declared.type == MetricType::Untyped) return;
  check_suffix(suffix::kBucket, histogram, "the buckets of a histogram");
  check_suffix(suffix::kCount, histogram || summary, "the samples of a histogram or summary");
  check_suffix(suffix::kSum, histogram || summary, "the samples of a histogram or summary");
  for (const auto& label : label_names(declared)) {
    if ((label == kBucketLabel && !histogram) || (label == kQuantileLabel && !summary))
      target.warning(LintRule::ReservedLabel, "label " + in_quotes(label) + " belongs to " +
                                                  (label == kBucketLabel ? "histograms" : "summaries") +
                                                  "; rename the label");
  }
}

void lint_type_and_suffix(const LintDeclaration& declared, const LintTarget& target) {
  const std::string_view name = declared.name;
  const auto type = declared.type;
  const auto suggestion = [&] { return in_quotes(with_value_suffix(name, type)); };
  if (type == MetricType::Counter && !name.ends_with(suffix::kTotal))
    target.warning(LintRule::CounterTotal, "a counter must end in \"_total\"; use " + suggestion());
  if (type != MetricType::Counter && type != MetricType::Untyped && name.ends_with(suffix::kTotal))
    target.add(LintRule::NonCounterTotal,
               "only counters may end in \"_total\"; use " + in_quotes(without_suffix(name, suffix::kTotal)));
  if (type == MetricType::Info && !name.ends_with(suffix::kInfo))
    target.warning(LintRule::InfoSuffix, "an info must end in \"_info\"; use " + suggestion());
  const bool may_be_info = type == MetricType::Info || type == MetricType::Gauge || type == MetricType::Untyped;
  if (!may_be_info && name.ends_with(suffix::kInfo))
    target.add(LintRule::InfoType, "only an info, a gauge that is always 1, may end in \"_info\"; rename the metric");
  // Only types that every format has are looked for.
  const std::string word{text_type_name(type)};
  if (word == openmetrics_type_name(type) && (lower_case(name) + '_').find('_' + word + '_') != std::string::npos)
    target.add(LintRule::TypeInName, "the name contains its type, \"" + word + "\"; leave it out");
}

// What the words of a name say of its unit.
void lint_units(const LintDeclaration& declared, const LintTarget& target) {
  const auto name = lower_case(declared.name);
  std::set<std::string_view> told;  // a word that comes twice is one problem
  bool share = false;
  bool time = false;
  for (std::size_t start = 0, end = 0; start < name.size(); start = end + 1) {
    end = std::min(name.find('_', start), name.size());
    const auto token = std::string_view{name}.substr(start, end - start);
    const auto base = base_unit(token);
    const auto word = start > 0 ? unit_of_abbreviation(token) : std::string_view{};
    share = share || token == "percent" || token == "percentage" || token == "pct";
    time = time || token == "timestamp";
    if ((base == token && word.empty()) || (base.empty() && word.empty()) || !told.insert(token).second) continue;
    if (word.empty())
      target.add(LintRule::BaseUnit, "use the base unit \"" + std::string{base} + "\" instead of " + in_quotes(token));
    else
      target.add(
          LintRule::UnitAbbreviation,
          in_quotes(token) + " abbreviates a unit; write it out, in base units such as \"" + std::string{word} + '"');
  }
  if (share) target.add(LintRule::RatioNotPercent, "a share is a ratio from 0 to 1; end the name in \"_ratio\"");
  if (time && declared.type == MetricType::Gauge && !declared.name.ends_with("_timestamp_seconds"))
    target.add(LintRule::TimestampName,
               "a gauge that holds a time must end in \"_timestamp_seconds\", in seconds since 1970");
}

// After https://prometheus.io/docs/practices/naming/: requests_by_code_total{code="200"}. A label's word alone, as in
// cpu_mode_seconds_total{mode="user"}, tells what is counted.
void lint_label_in_name(const std::string& name, const std::string& label, const LintTarget& target) {
  if (name.size() > kLongName || label.size() > kLongName) return;
  for (const std::string link : {"_by_", "_per_"}) {
    if (name.find(link) != name.npos && (name + '_').find(link + label + '_') != std::string::npos)
      target.add(LintRule::LabelInName, "the name repeats its label " + in_quotes(label) + "; leave " +
                                            in_quotes(link + label) + " out of it");
  }
}

void lint_labels(const LintDeclaration& declared, const LintTarget& target) {
  for (const auto& label : label_names(declared)) {
    if (is_camel_case(label))
      target.add(LintRule::CamelCase, "label " + in_quotes(label) + " is in camelCase; use snake_case");
  }
  for (const auto& label : declared.labels) lint_label_in_name(declared.name, label, target);
  if (declared.type == MetricType::Info) return;
  for (const auto& label : declared.constant_labels) {
    if (label.value.empty())
      target.add(LintRule::EmptyLabelValue,
                 "label " + in_quotes(label.name) + " is empty, which is the same as none; leave it out");
    target.add(LintRule::ConstantLabel,
               "label " + in_quotes(label.name) + " is the same on every series; use a target label or an info metric");
  }
}

void check_labels(const LintDeclaration& declared, const LintTarget& target) {
  const auto own = own_label(declared.type, declared.name);
  auto names = label_names(declared);
  std::sort(names.begin(), names.end());
  for (auto name = names.begin(); name != names.end(); ++name) {
    const std::string label = "label " + in_quotes(*name) + ": ";
    const bool reserved = is_reserved_label(*name);
    if (!reserved && !is_legacy_name(*name, NameKind::Label))
      target.add(LintRule::InvalidLabelName, label + "a label name must match [a-zA-Z_][a-zA-Z0-9_]*; rename it");
    if (reserved)
      target.error(LintRule::ReservedLabelName,
                   label + "names that start with \"__\" are reserved for Prometheus; drop the underscores");
    else if (name->starts_with("_"))
      target.warning(LintRule::ReservedLabelName,
                     label + "OpenMetrics reserves names that start with \"_\"; drop the underscore");
    if (!own.empty() && *name == own)
      target.error(LintRule::ReservedLabel, label + "the type writes this label itself; rename the label");
    if (name != names.begin() && *name == *std::prev(name))
      target.add(LintRule::DuplicateLabel, label + "declared twice; label names must differ");
  }
}

void check_bounds(const LintDeclaration& declared, const LintTarget& target) {
  const auto wrong = first_wrong_bound(declared.bounds);
  if (wrong < declared.bounds.size())
    target.add(LintRule::BucketBounds, "bucket bound " + number_text(declared.bounds[wrong]) +
                                           ": bounds must be finite and ascend without repeats; sort them");
}

// What Prometheus's data model forbids.
void check_data_model(const LintDeclaration& declared, const LintTarget& target) {
  if (!valid_metric_name(declared.name))
    target.add(LintRule::InvalidMetricName,
               in_quotes(declared.name) + ": a metric name must match [a-zA-Z_:][a-zA-Z0-9_:]*; rename it");
  check_labels(declared, target);
  check_bounds(declared, target);
  lint_unit_suffix(declared, target);
}

}  // namespace

void lint_buckets(const LintDeclaration& declared, const LintTarget& target) {
  constexpr std::size_t kManyBuckets = 50;
  constexpr std::size_t kManyOfOneSeries = 200;
  const auto& bounds = declared.bounds;
  const auto base = without_suffix(declared.name, suffix::kTotal);
  if ((base.ends_with("_seconds") || base.ends_with("_bytes")) && !bounds.empty() && bounds.front() <= 0)
    target.add(LintRule::BucketNotPositive,
               "bucket bound " + number_text(bounds.front()) + ": durations and sizes are above 0; remove it");
  const auto n = std::to_string(bounds.size());
  if (declared.labels.empty()) {
    if (bounds.size() > kManyOfOneSeries)
      target.add(LintRule::TooManyBuckets, n + " buckets; use at most " + std::to_string(kManyOfOneSeries));
  } else if (bounds.size() > kManyBuckets) {
    target.add(LintRule::TooManyBuckets, n + " buckets in every series; use at most " + std::to_string(kManyBuckets));
  }
}

void lint_unit_suffix(const LintDeclaration& declared, const LintTarget& target) {
  if (declared.unit.empty()) return;
  if (!may_have_unit(declared.type))
    return target.add(LintRule::UnitNotAllowed, "an info or a state set has no unit; remove it");
  // Only counters have something after the unit: https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily
  const bool counter = declared.type == MetricType::Counter;
  if (!ends_in_unit(base_name(declared.name, declared.type), declared.unit))
    target.add(LintRule::UnitSuffix, "the name must end in its unit, " + in_quotes("_" + declared.unit) +
                                         (counter ? " (before \"_total\"); rename the metric" : "; rename the metric"));
}

void lint_conventions(const LintDeclaration& declared, const LintTarget& target) {
  if (declared.help.find_first_not_of(" \t\n") == std::string::npos)
    target.add(LintRule::HelpMissing, "no help text; say in one sentence what is measured");
  if (declared.name.find(':') != std::string::npos)
    target.add(LintRule::ReservedColon, "':' is for the names of recording rules; use '_'");
  if (is_camel_case(declared.name)) target.add(LintRule::CamelCase, "the name is in camelCase; use snake_case");
  lint_reserved(declared, target);
  lint_type_and_suffix(declared, target);
  lint_units(declared, target);
  lint_labels(declared, target);
}

}  // namespace detail

std::vector<LintProblem> lint_declaration(const LintDeclaration& declaration) {
  detail::LintReport report;
  const detail::LintTarget target{report, {}, declaration.name};
  detail::check_data_model(declaration, target);
  detail::lint_buckets(declaration, target);
  detail::lint_conventions(declaration, target);
  return report.take();
}

}  // namespace vitals
