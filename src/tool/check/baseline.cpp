#include "tool/check/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "tool/check/joined.hpp"
#include "tool/check/report_words.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxReport = std::size_t{16} << 20;

double max_regression(const CheckArguments& arguments) {
  try {
    const auto quantity = parse_quantity(arguments.max_regression);
    if (quantity.unit == Unit::Ratio && quantity.value >= 0) return quantity.value;
  } catch (const std::invalid_argument&) {
    // Reported below, together with a wrong unit.
  }
  throw std::invalid_argument(fmt::format("--max-regression is '{}'; it must be a percentage, such as 10%",
                                          printable(arguments.max_regression)));
}

double relative(double value, double base) {
  if (value == base) return 0;
  return base == 0 ? std::copysign(std::numeric_limits<double>::infinity(), value) : (value - base) / std::fabs(base);
}

// By how much of it a value got worse.
double worsening(const Target& target, double value, double base) {
  if (target.measure == Measure::Ratio && !target.below) return relative(1 - value, 1 - base);
  return target.below ? relative(value, base) : -relative(value, base);
}

}  // namespace

class Baseline::Reader {
 public:
  static std::map<std::string, Row> rows(const std::string& path) {
    std::map<std::string, Row> rows;
    const auto text = read_file(path, kMaxReport);
    try {
      const auto root = json::parse(text);
      if (!root.at("error").is_null())
        refuse(path, "is of a check that failed: " + printable(root["error"].get<std::string>()));
      for (const auto& one : root.at("targets")) rows.emplace(one.at("name").get<std::string>(), row(one));
    } catch (const json::exception&) {
      refuse(path, "is no such report");
    }
    return rows;
  }

 private:
  [[noreturn]] static void refuse(const std::string& path, const std::string& why) {
    throw std::invalid_argument(
        fmt::format("--baseline: {} {}; give a report that vitals check --format json wrote", path, why));
  }

  static Row row(const json& one) {
    Row row{one.at("measure"), one.at("metric"), one.at("unit"), one.at("direction")};
    row.value = number(one, "value");
    row.samples = number(one, "samples").value_or(0);
    // Infinity is no number of JSON.
    if (const auto low = number(one, "value_low"))
      row.interval = {*low, number(one, "value_high").value_or(std::numeric_limits<double>::infinity())};
    return row;
  }

  static std::optional<double> number(const json& row, const char* key) {
    const auto found = row.find(key);
    if (found == row.end() || found->is_null()) return std::nullopt;
    return found->get<double>();
  }
};

class Baseline::Rule {
 public:
  Rule(double most, std::size_t min_samples) : most_(most), min_samples_(static_cast<double>(min_samples)) {}

  void compare(tool::Row& row, const Row& earlier) const {
    const auto& target = *row.target;
    Change change{*earlier.value, relative(*row.value, *earlier.value), Verdict::Ok};
    const auto say = [&](Verdict verdict, const std::string& note) {
      change.verdict = verdict;
      row.note += (row.note.empty() ? "" : "; ") + note;
    };
    const double needed = std::max(min_samples_, samples_to_acquit(target));
    const bool is_counted = target.measure == Measure::Quantile || target.measure == Measure::Ratio;
    if (is_counted && earlier.samples < needed) {
      say(Verdict::Unknown,
          fmt::format("the baseline has {} of {} samples needed", format_count(earlier.samples), format_count(needed)));
    } else if (worsening(target, *row.value, *earlier.value) > most_ * (1 + 1e-9)) {
      const auto than = fmt::format("worse than the baseline, {}, by more than {}",
                                    format_value(*earlier.value, target.bound_unit), format_value(most_, Unit::Ratio));
      if (is_apart(row, earlier)) {
        say(Verdict::Warning, than);
      } else if (target.measure == Measure::Quantile) {
        say(Verdict::Unknown, than + ", but too few samples tell it from noise");
      } else {
        say(Verdict::Ok, "the baseline's 95 % interval overlaps");
      }
    }
    row.verdict = std::max(row.verdict, change.verdict);
    row.change = change;
  }

  // Whether both are one measure of one metric, in one unit and direction.
  static bool is_same_thing(const tool::Row& row, const Row& earlier) {
    return measure_name(*row.target) == earlier.measure && row.target->metric == earlier.metric &&
           unit_name(row.target->bound_unit) == earlier.unit &&
           (row.target->below ? "below" : "above") == earlier.direction;
  }

 private:
  static bool is_apart(const tool::Row& row, const Row& earlier) {
    return !row.value_interval || !earlier.interval || row.value_interval->is_apart_from(*earlier.interval);
  }

  double most_, min_samples_;
};

Baseline::Baseline(const CheckArguments& arguments)
    : path_(arguments.baseline), most_(max_regression(arguments)), rows_(Reader::rows(path_)) {}

void Baseline::compare(Judgement& judgement, std::size_t min_samples) const {
  const Rule rule(most_, min_samples);
  auto earlier = rows_;
  judgement.has_baseline = true;
  std::vector<std::string> added;
  std::vector<std::string> others;
  std::vector<std::string> valueless;
  bool any = false;
  for (auto& row : judgement.rows) {
    const auto name = printable(row.target->name);
    const auto found = earlier.find(row.target->name);
    if (found == earlier.end()) {
      added.push_back(name);
      continue;
    }
    any = true;
    if (!Rule::is_same_thing(row, found->second)) {
      others.push_back(name);
    } else if (!found->second.value) {
      valueless.push_back(name);
    } else if (row.value && row.verdict != Verdict::Skipped) {
      rule.compare(row, found->second);
    }
    earlier.erase(found);
  }
  if (!any && !judgement.rows.empty())
    throw std::invalid_argument(
        fmt::format("--baseline: {} has none of the rows that were judged; give a report on the "
                    "same targets",
                    path_));
  std::vector<std::string> gone;
  for (const auto& [name, row] : earlier) gone.push_back(printable(name));
  const auto tell = [&](const std::vector<std::string>& names, std::string_view why) {
    if (!names.empty()) judgement.not_compared.push_back(fmt::format("{}: {}", why, joined(names, ", ")));
  };
  tell(added, "not compared, as the baseline doesn't have it");
  tell(gone, "not compared, as the baseline alone has it");
  tell(valueless, "not compared, as the baseline has no value of it");
  tell(others, "not compared, as the baseline measured something else");
}

}  // namespace vitals::tool
