#include "tool/check/targets.hpp"

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/core.h>

#include <vitals/metric_names.hpp>

#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/nearest.hpp"
#include "tool/check/yaml_reader.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr int kMaxNesting = 8;
constexpr std::size_t kMaxClauses = 1000;
constexpr std::array<std::string_view, 6> kMeasures{"p50", "p95", "p99", "ratio", "rate", "gauge"};

class Reader {
 public:
  explicit Reader(const std::string& file) : yaml_(file) {}

  Targets file(std::string_view text) {
    const auto root = yaml_.document(text);
    yaml_.check_keys(root, "the file", {"min_samples", "except", "targets"});
    Targets result;
    if (const auto node = root["min_samples"]) result.min_samples = positive(node);
    if (const auto node = root["except"]) selector(node, never_);
    const auto list = root["targets"];
    if (!list || !list.IsSequence() || list.size() == 0)
      yaml_.fail(list ? list : root, "'targets' must be a list of targets");
    for (const auto& node : list) result.targets.push_back(target(node));
    return result;
  }

 private:
  Target target(const YAML::Node& node) {
    if (!node.IsMap()) yaml_.fail(node, "a target must be a map with name, measure, of, and below or above");
    yaml_.check_keys(node, "a target",
                     {"name", "measure", "of", "select", "except", "each", "part", "below", "above", "critical",
                      "too_few_samples", "if_missing", "note"});
    Target target;
    target.name = yaml_.required(node, "name", "the target");
    if (!names_.insert(target.name).second) {
      yaml_.fail(node["name"],
                 fmt::format("a second target is called '{}'; names must differ", printable(target.name)));
    }
    measure(node, target);
    series(node, target);
    thresholds(node, target);
    if (const auto few = node["too_few_samples"]) {
      const auto word = yaml_.scalar(few, "'too_few_samples'");
      if (word != "skip" && word != "unknown") yaml_.fail(few, "'too_few_samples' must be skip or unknown");
      target.skip_few = word == "skip";
    }
    if (const auto missing = node["if_missing"]) {
      const auto word = yaml_.scalar(missing, "'if_missing'");
      if (word != "leave_out" && word != "unknown") yaml_.fail(missing, "'if_missing' must be leave_out or unknown");
      target.leave_out_missing = word == "leave_out";
    }
    if (const auto note = node["note"]) target.note = yaml_.scalar(note, "'note'");
    return target;
  }

  void measure(const YAML::Node& node, Target& target) {
    const auto word = yaml_.required(node, "measure", "the target");
    if (word == "ratio") {
      target.measure = Measure::Ratio;
    } else if (word == "rate") {
      target.measure = Measure::Rate;
    } else if (word == "gauge") {
      target.measure = Measure::Gauge;
    } else {
      target.quantile = quantile(node["measure"], word);
    }
    const auto part = node["part"];
    if ((word == "ratio") != part.IsDefined()) {
      yaml_.fail(part ? part : node["measure"],
                 "'part' belongs to 'measure: ratio': the series that are counted of all");
    }
    if (part) selector(part, target.part);
  }

  double quantile(const YAML::Node& node, std::string_view word) {
    double percent = 0;
    const auto digits = fmt::format("{}e-2", word.substr(word.starts_with('p') ? 1 : 0));
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), percent);
    const bool number = error == std::errc{} && end == digits.data() + digits.size();
    if (!word.starts_with('p') || !number || !(percent > 0 && percent < 1)) {
      yaml_.fail(node,
                 fmt::format("'measure' is '{}'; it must be a percentile such as p95, or ratio, or rate, or gauge{}",
                             printable(word), detail::did_you_mean(word, kMeasures)));
    }
    return percent;
  }

  void series(const YAML::Node& node, Target& target) {
    target.metric = yaml_.required(node, "of", "the target");
    if (!detail::is_legacy_name(target.metric, detail::NameKind::Metric))
      yaml_.fail(node["of"], "'of' must be the name of a metric; put labels under 'select'");
    if (target.measure == Measure::Quantile && target.metric == MetricNames{}.db_query_duration_seconds)
      target.statements.emplace();
    if (target.measure == Measure::Quantile && target.metric.ends_with(detail::suffix::kBucket)) {
      yaml_.fail(node["of"], "'of' must be the name of the histogram, without _bucket");
    }
    if (const auto select = node["select"]) selector(select, target.select.emplace());
    target.except = never_;
    if (const auto except = node["except"]) selector(except, target.except);
    if (const auto each = node["each"]) {
      if (!each.IsSequence() || each.size() == 0)
        yaml_.fail(each, "'each' must be a list of label names: [method, endpoint]");
      for (const auto& label : each) target.each.push_back(label_name(label));
    }
  }

  // A map of labels, "METHOD route", or a list of these.
  void selector(const YAML::Node& node, Selector& into, int depth = 0) {
    if (depth > kMaxNesting || into.clauses.size() > kMaxClauses) yaml_.fail(node, "the selector is too large");
    if (node.IsSequence() && node.size() > 0) {
      for (const auto& item : node) selector(item, into, depth + 1);
    } else if (node.IsMap() && node.size() > 0) {
      into.clauses.push_back(clause(node));
    } else if (node.IsScalar() && !node.Scalar().empty()) {
      into.clauses.push_back(route(node));
    } else {
      yaml_.fail(node, "must be labels such as {status: 5*}, a route such as GET /api/v1/clients, or a list of these");
    }
  }

  Clause clause(const YAML::Node& map) {
    Clause clause;
    std::set<std::string> seen;
    for (const auto& entry : map) {
      Matcher matcher{label_name(entry.first), {}};
      if (!seen.insert(matcher.label).second)
        yaml_.fail(entry.first, fmt::format("label {} comes twice", matcher.label));
      const std::string what = fmt::format("the value of {}", matcher.label);
      if (entry.second.IsSequence() && entry.second.size() > 0) {
        for (const auto& value : entry.second) matcher.globs.push_back(yaml_.scalar(value, what));
      } else {
        matcher.globs.push_back(yaml_.scalar(entry.second, what));
      }
      clause.matchers.push_back(std::move(matcher));
    }
    return clause;
  }

  Clause route(const YAML::Node& node) {
    const auto& text = node.Scalar();
    const auto blank = text.find(' ');
    if (blank == 0 || blank == text.npos || blank + 1 == text.size() || text.find(' ', blank + 1) != text.npos) {
      yaml_.fail(node, fmt::format("'{}' is no route; write a method, a blank and a route: GET /api/v1/clients",
                                   printable(text)));
    }
    return {{{"method", {text.substr(0, blank)}}, {"endpoint", {text.substr(blank + 1)}}}};
  }

  std::string label_name(const YAML::Node& node) {
    auto name = yaml_.scalar(node, "a label name");
    if (!detail::is_legacy_name(name, detail::NameKind::Label))
      yaml_.fail(node, fmt::format("'{}' is no label name", printable(name)));
    return name;
  }

  void thresholds(const YAML::Node& node, Target& target) {
    const auto below = node["below"];
    const auto above = node["above"];
    if (below.IsDefined() == above.IsDefined()) yaml_.fail(node, "a target has either 'below' or 'above'");
    target.below = below.IsDefined();
    if (!target.below && target.measure == Measure::Quantile)
      yaml_.fail(above, "a percentile has 'below'; a time is met from below");
    const auto wanted = unit_of(target);
    const auto& bound = target.below ? below : above;
    target.bound = threshold(bound, target, wanted);
    if (const auto critical = node["critical"]) {
      target.critical = threshold(critical, target, wanted.value_or(target.bound_unit));
      const double beyond = target.critical->value - target.bound.value;
      if (target.below ? beyond < 0 : beyond > 0) {
        yaml_.fail(critical, fmt::format("'critical' must not be stricter than the target, {}", target.bound.text));
      }
    }
  }

  // What a threshold must have; nothing: any of them.
  static std::optional<Unit> unit_of(const Target& target) {
    if (target.measure == Measure::Ratio) return Unit::Ratio;
    if (target.measure == Measure::Rate) return Unit::PerSecond;
    if (target.metric.ends_with("_seconds")) return Unit::Seconds;
    if (target.metric.ends_with("_bytes")) return Unit::Bytes;
    if (target.metric.ends_with("_ratio")) return Unit::Ratio;
    return std::nullopt;
  }

  Threshold threshold(const YAML::Node& node, Target& target, std::optional<Unit> wanted) {
    const auto text = yaml_.scalar(node, "a threshold");
    try {
      const auto quantity = parse_quantity(text);
      if (wanted ? quantity.unit == *wanted : quantity.unit != Unit::PerSecond) {
        target.bound_unit = quantity.unit;
        return {quantity.value, text};
      }
    } catch (const std::invalid_argument& error) {
      yaml_.fail(node, error.what());
    }
    static constexpr std::string_view kForms[] = {"a time such as 50ms", "a size such as 64KiB",
                                                  "a percentage such as 0.1%", "a rate such as 100/s",
                                                  "a plain number"};
    const auto form = wanted ? kForms[static_cast<int>(*wanted)] : "a time, a size, a percentage or a plain number";
    yaml_.fail(node, fmt::format("'{}' has the wrong unit; {} of {} needs {}", text, measure_text(target),
                                 target.metric, form));
  }

  static std::string_view measure_text(const Target& target) {
    static constexpr std::string_view kTexts[] = {"a percentile", "a ratio", "a rate", "a gauge"};
    return kTexts[static_cast<int>(target.measure)];
  }

  std::size_t positive(const YAML::Node& node) {
    const auto text = yaml_.scalar(node, "'min_samples'");
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number == 0) {
      yaml_.fail(node, "'min_samples' must be a whole number above 0");
    }
    return number;
  }

  YamlReader yaml_;
  Selector never_;  // the file's own `except`: series that no target counts
  std::set<std::string> names_;
};

}  // namespace

std::string Target::sample_name() const {
  return measure == Measure::Quantile ? metric + std::string{detail::suffix::kBucket} : metric;
}

std::vector<std::string> Target::sample_names() const {
  std::vector<std::string> names{sample_name()};
  if (measure == Measure::Quantile) names.push_back(metric + std::string{detail::suffix::kCount});
  if (!whole.empty()) names.push_back(whole);
  return names;
}

Targets parse_targets(std::string_view yaml, const std::string& file) {
  try {
    return Reader(file).file(yaml);
  } catch (const YAML::Exception& error) {
    throw TargetsError(fmt::format("{}: {}", file, error.what()));
  }
}

}  // namespace vitals::tool
