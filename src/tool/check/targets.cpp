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
constexpr std::size_t kMaxItems = 2000;
constexpr std::array<std::string_view, 6> kMeasures{"p50", "p95", "p99", "ratio", "rate", "gauge"};

class Reader {
 public:
  explicit Reader(const std::string& file) : yaml_(file) {}

  Targets file(std::string_view text) {
    const auto root = yaml_.document(text);
    yaml_.check_keys(root, "the file", {"min_samples", "except", "targets"});
    Targets result;
    if (const auto node = root["min_samples"]) yaml_.attempt([&] { result.min_samples = positive(node); });
    if (const auto node = root["except"]) selector(node, never_);
    const auto list = root["targets"];
    if (list && list.IsSequence() && list.size() > 0) {
      for (const auto& node : list) yaml_.attempt([&] { result.targets.push_back(target(node)); });
    } else {
      yaml_.add(list ? list : root, "'targets' must be a list of targets");
    }
    yaml_.throw_mistakes();
    return result;
  }

 private:
  Target target(const YAML::Node& node) {
    if (!node.IsMap()) yaml_.fail(node, "a target must be a map with name, measure, of, and below or above");
    yaml_.check_keys(node, "a target",
                     {"name", "measure", "of", "select", "except", "each", "part", "below", "above", "critical",
                      "too_few_samples", "if_missing", "note"});
    Target target;
    yaml_.attempt([&] { name(node, target); });
    const bool has_measure = yaml_.attempt([&] { measure(node, target); });
    const bool has_metric = yaml_.attempt([&] { metric(node, target, has_measure); });
    series(node, target);
    yaml_.attempt([&] { thresholds(node, target, has_measure && has_metric); });
    if (const auto few = node["too_few_samples"]) target.skip_few = choice(few, "too_few_samples", "skip");
    if (const auto missing = node["if_missing"]) target.leave_out_missing = choice(missing, "if_missing", "leave_out");
    if (const auto note = node["note"]) yaml_.attempt([&] { target.note = yaml_.scalar(note, "'note'"); });
    return target;
  }

  void name(const YAML::Node& node, Target& target) {
    target.name = yaml_.required(node, "name", "the target");
    if (!names_.insert(target.name).second)
      yaml_.add(node["name"], fmt::format("a second target is called '{}'; names must differ", printable(target.name)));
  }

  // Whether the key has the word; the other one that it may have is "unknown".
  bool choice(const YAML::Node& node, std::string_view key, std::string_view word) {
    std::string text;
    if (!yaml_.attempt([&] { text = yaml_.scalar(node, fmt::format("'{}'", key)); })) return false;
    if (text != word && text != "unknown") yaml_.add(node, fmt::format("'{}' must be {} or unknown", key, word));
    return text == word;
  }

  void measure(const YAML::Node& node, Target& target) {
    const auto part = node["part"];
    if (part) selector(part, target.part);
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
    if ((word == "ratio") != part.IsDefined())
      yaml_.add(part ? part : node["measure"],
                "'part' belongs to 'measure: ratio': the series that are counted of all");
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

  void metric(const YAML::Node& node, Target& target, bool has_measure) {
    target.metric = yaml_.required(node, "of", "the target");
    if (!detail::is_legacy_name(target.metric, detail::NameKind::Metric))
      yaml_.fail(node["of"], "'of' must be the name of a metric; put labels under 'select'");
    if (!has_measure || target.measure != Measure::Quantile) return;
    if (target.metric == MetricNames{}.db_query_duration_seconds) target.statements.emplace();
    if (target.metric.ends_with(detail::suffix::kBucket))
      yaml_.fail(node["of"], "'of' must be the name of the histogram, without _bucket");
  }

  void series(const YAML::Node& node, Target& target) {
    if (const auto select = node["select"]) selector(select, target.select.emplace());
    target.except = never_;
    if (const auto except = node["except"]) selector(except, target.except);
    if (const auto each = node["each"]) {
      if (!each.IsSequence() || each.size() == 0)
        yaml_.add(each, "'each' must be a list of label names: [method, endpoint]");
      for (const auto& label : each) yaml_.attempt([&] { target.each.push_back(label_name(label)); });
    }
  }

  // A map of labels, "METHOD route", or a list of these.
  void selector(const YAML::Node& node, Selector& into) {
    std::size_t items = 0;
    yaml_.attempt([&] { add_clauses(node, into, 0, items); });
  }

  // `items` are those of all lists so far, of which aliases can make many.
  void add_clauses(const YAML::Node& node, Selector& into, int depth, std::size_t& items) {
    if (depth > kMaxNesting || ++items > kMaxItems) yaml_.fail(node, "the selector is too large");
    if (node.IsSequence() && node.size() > 0) {
      for (const auto& item : node) add_clauses(item, into, depth + 1, items);
    } else if (node.IsMap() && node.size() > 0) {
      into.clauses.push_back(clause(node));
    } else if (node.IsScalar() && !node.Scalar().empty()) {
      yaml_.attempt([&] { into.clauses.push_back(route(node)); });
    } else {
      yaml_.add(node, "must be labels such as {status: 5*}, a route such as GET /api/v1/clients, or a list of these");
    }
  }

  Clause clause(const YAML::Node& map) {
    Clause clause;
    std::set<std::string> seen;
    for (const auto& entry : map)
      yaml_.attempt([&] {
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
      });
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

  // Their unit is that of measure and metric, if these are known.
  void thresholds(const YAML::Node& node, Target& target, bool is_known) {
    const auto below = node["below"];
    const auto above = node["above"];
    target.below = below.IsDefined();
    const bool is_one = below.IsDefined() != above.IsDefined();
    if (!is_one) yaml_.add(node, "a target has either 'below' or 'above'");
    if (is_one && is_known && above.IsDefined() && target.measure == Measure::Quantile)
      yaml_.add(above, "a percentile has 'below'; a time is met from below");
    auto wanted = is_known ? unit_of(target) : std::nullopt;
    const auto& bound = target.below ? below : above;
    const bool has_bound =
        bound.IsDefined() && yaml_.attempt([&] { target.bound = threshold(bound, target, wanted, is_known); });
    const auto critical = node["critical"];
    if (!critical) return;
    if (!wanted && has_bound && is_known) wanted = target.bound_unit;
    target.critical = threshold(critical, target, wanted, is_known);
    if (!has_bound || !is_one) return;
    const double beyond = target.critical->value - target.bound.value;
    if (target.below ? beyond < 0 : beyond > 0)
      yaml_.add(critical, fmt::format("'critical' must not be stricter than the target, {}", target.bound.text));
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

  Threshold threshold(const YAML::Node& node, Target& target, std::optional<Unit> wanted, bool is_known) {
    const auto text = yaml_.scalar(node, "a threshold");
    try {
      const auto quantity = parse_quantity(text);
      if (!is_known || (wanted ? quantity.unit == *wanted : quantity.unit != Unit::PerSecond)) {
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
