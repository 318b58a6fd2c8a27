#include "core/lint/declaration.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/lint/lint_report.hpp"
#include "core/text/ascii.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"

namespace vitals {

namespace detail {

namespace {

using Severity = LintProblem::Severity;

// Beyond this nobody chose a name, and to look for all labels in it would take quadratic time.
constexpr std::size_t kLongName = 500;

// Empty if the type has none.
std::string_view own_label_of(const LintDeclaration& declared) {
  return declared.type == MetricType::StateSet ? std::string_view{declared.name} : own_label(declared.type);
}

std::vector<std::string> label_names(const LintDeclaration& declared) {
  auto names = declared.labels;
  for (const auto& label : declared.constant_labels) names.push_back(label.name);
  return names;
}

std::string_view type_word(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    case MetricType::Summary:
      return "summary";
    default:
      return "";
  }
}

bool camel_case(std::string_view name) {
  for (std::size_t i = 1; i < name.size(); ++i) {
    const bool lower = name[i - 1] >= 'a' && name[i - 1] <= 'z';
    if (lower && name[i] >= 'A' && name[i] <= 'Z') return true;
  }
  return false;
}

// promlint's rules of suffixes and of the labels that histograms and summaries keep for themselves.
void lint_reserved(const LintDeclaration& declared, const LintEmit& emit) {
  const std::string_view name = declared.name;
  const bool untyped = declared.type == MetricType::Untyped;
  const bool histogram = is_histogram(declared.type);
  const bool summary = declared.type == MetricType::Summary;
  const auto suffix = [&](std::string_view reserved, std::string_view owner) {
    emit(Severity::Warning, "reserved-suffix",
         "only " + std::string{owner} + " may end in \"" + std::string{reserved} + "\"; rename the metric");
  };
  if (name.ends_with("_created")) suffix("_created", "what OpenMetrics adds to counters, histograms and summaries");
  if (untyped) return;
  if (!histogram && name.ends_with("_bucket")) suffix("_bucket", "the buckets of a histogram");
  for (const std::string_view reserved : {"_count", "_sum"}) {
    if (!histogram && !summary && name.ends_with(reserved)) suffix(reserved, "the samples of a histogram or summary");
  }
  for (const auto& label : label_names(declared)) {
    if ((label == "le" && !histogram) || (label == "quantile" && !summary))
      emit(Severity::Warning, "reserved-label",
           "label " + in_quotes(label) + " belongs to " + (label == "le" ? "histograms" : "summaries") +
               "; rename the label");
  }
}

void lint_type_and_suffix(const LintDeclaration& declared, const LintEmit& emit) {
  const std::string_view name = declared.name;
  const auto type = declared.type;
  const auto warn = [&](std::string_view rule, std::string message) {
    emit(Severity::Warning, rule, std::move(message));
  };
  if (type == MetricType::Counter && !name.ends_with("_total"))
    warn("counter-total", "a counter must end in \"_total\"; use " + in_quotes(declared.name + "_total"));
  if (type != MetricType::Counter && type != MetricType::Untyped && name.ends_with("_total"))
    warn("non-counter-total", "only counters may end in \"_total\"; use " + in_quotes(without_suffix(name, "_total")));
  if (type == MetricType::Info && !name.ends_with("_info"))
    warn("info-suffix", "an info must end in \"_info\"; use " + in_quotes(declared.name + "_info"));
  const bool may_be_info = type == MetricType::Info || type == MetricType::Gauge || type == MetricType::Untyped;
  if (!may_be_info && name.ends_with("_info"))
    warn("info-type", "only an info, a gauge that is always 1, may end in \"_info\"; rename the metric");
  const std::string own{type_word(type)};
  if (!own.empty() && (lower_case(name) + '_').find('_' + own + '_') != std::string::npos)
    warn("type-in-name", "the name contains its type, \"" + own + "\"; leave it out");
}

// After https://prometheus.io/docs/practices/naming/: requests_by_code_total{code="200"}. A label's word alone, as in
// cpu_mode_seconds_total{mode="user"}, tells what is counted.
void lint_label_in_name(const std::string& name, const std::string& label, const LintEmit& emit) {
  if (name.size() > kLongName || label.size() > kLongName) return;
  for (const std::string link : {"_by_", "_per_"}) {
    if (name.find(link) != name.npos && (name + '_').find(link + label + '_') != std::string::npos)
      emit(Severity::Warning, "label-in-name",
           "the name repeats its label " + in_quotes(label) + "; leave " + in_quotes(link + label) + " out of it");
  }
}

void lint_labels(const LintDeclaration& declared, const LintEmit& emit) {
  for (const auto& label : label_names(declared)) {
    if (camel_case(label))
      emit(Severity::Warning, "camel-case", "label " + in_quotes(label) + " is in camelCase; use snake_case");
  }
  for (const auto& label : declared.labels) lint_label_in_name(declared.name, label, emit);
  if (declared.type == MetricType::Info) return;
  for (const auto& label : declared.constant_labels) {
    if (label.value.empty())
      emit(Severity::Warning, "empty-label-value",
           "label " + in_quotes(label.name) + " is empty, which is the same as none; leave it out");
    emit(Severity::Warning, "constant-label",
         "label " + in_quotes(label.name) + " is the same on every series; use a target label or an info metric");
  }
}

void check_labels(const LintDeclaration& declared, const LintEmit& emit) {
  const auto own = own_label_of(declared);
  auto names = label_names(declared);
  std::sort(names.begin(), names.end());
  for (auto name = names.begin(); name != names.end(); ++name) {
    const std::string label = "label " + in_quotes(*name) + ": ";
    if (!valid_label_name(*name) && !name->starts_with("__"))
      emit(Severity::Error, "invalid-label-name", label + "a label name must match [a-zA-Z_][a-zA-Z0-9_]*; rename it");
    if (name->starts_with("__"))
      emit(Severity::Error, "reserved-label-name",
           label + "names that start with \"__\" are reserved for Prometheus; drop the underscores");
    else if (name->starts_with("_"))
      emit(Severity::Warning, "reserved-label-name",
           label + "OpenMetrics reserves names that start with \"_\"; drop the underscore");
    if (!own.empty() && *name == own)
      emit(Severity::Error, "reserved-label", label + "the type writes this label itself; rename the label");
    if (name != names.begin() && *name == *std::prev(name))
      emit(Severity::Error, "duplicate-label", label + "declared twice; label names must differ");
  }
}

}  // namespace

void lint_bounds(const LintDeclaration& declared, const LintEmit& emit) {
  constexpr std::size_t kManyBuckets = 50;
  const auto& bounds = declared.bounds;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (!std::isfinite(bounds[i]) || (i > 0 && !(bounds[i] > bounds[i - 1]))) {
      emit(Severity::Error, "bucket-bounds",
           "bucket bound " + number_text(bounds[i]) + ": bounds must be finite and ascend without repeats; sort them");
      break;
    }
  }
  const auto base = without_suffix(declared.name, "_total");
  if ((base.ends_with("_seconds") || base.ends_with("_bytes")) && !bounds.empty() && bounds.front() <= 0)
    emit(Severity::Warning, "bucket-not-positive",
         "bucket bound " + number_text(bounds.front()) + ": durations and sizes are above 0; remove it");
  if (bounds.size() > kManyBuckets)
    emit(Severity::Warning, "too-many-buckets",
         std::to_string(bounds.size()) + " buckets in every series; use at most " + std::to_string(kManyBuckets));
}

void lint_unit_suffix(const LintDeclaration& declared, const LintEmit& emit) {
  if (declared.unit.empty()) return;
  // What follows the unit only of counters: https://prometheus.io/docs/specs/om/open_metrics_spec/#metricfamily
  const bool counter = declared.type == MetricType::Counter;
  const auto base = counter ? without_suffix(declared.name, "_total") : std::string_view{declared.name};
  if (declared.type == MetricType::Info || declared.type == MetricType::StateSet)
    emit(Severity::Error, "unit-not-allowed", "an info or a state set has no unit; remove it");
  else if (!base.ends_with("_" + declared.unit))
    emit(Severity::Error, "unit-suffix",
         "the name must end in its unit, " + in_quotes("_" + declared.unit) +
             (counter ? " (before \"_total\"); rename the metric" : "; rename the metric"));
}

void lint_data_model(const LintDeclaration& declared, const LintEmit& emit) {
  if (!valid_metric_name(declared.name))
    emit(Severity::Error, "invalid-metric-name",
         in_quotes(declared.name) + ": a metric name must match [a-zA-Z_:][a-zA-Z0-9_:]*; rename it");
  check_labels(declared, emit);
  lint_bounds(declared, emit);
  lint_unit_suffix(declared, emit);
}

void lint_conventions(const LintDeclaration& declared, const LintEmit& emit) {
  if (declared.help.find_first_not_of(" \t\n") == std::string::npos)
    emit(Severity::Warning, "help-missing", "no help text; say in one sentence what is measured");
  if (declared.name.find(':') != std::string::npos)
    emit(Severity::Warning, "reserved-colon", "':' is for the names of recording rules; use '_'");
  if (camel_case(declared.name)) emit(Severity::Warning, "camel-case", "the name is in camelCase; use snake_case");
  lint_reserved(declared, emit);
  lint_type_and_suffix(declared, emit);
  lint_units(declared, emit);
  lint_labels(declared, emit);
}

}  // namespace detail

std::vector<LintProblem> lint_declaration(const LintDeclaration& declaration) {
  detail::LintReport report;
  const detail::LintEmit emit = [&](LintProblem::Severity severity, std::string_view rule, std::string message) {
    report.add(severity, {}, declaration.name, rule, std::move(message));
  };
  detail::lint_data_model(declaration, emit);
  detail::lint_conventions(declaration, emit);
  return report.take();
}

}  // namespace vitals
