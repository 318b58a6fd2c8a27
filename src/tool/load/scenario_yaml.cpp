#include "tool/load/scenario_yaml.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <system_error>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"

namespace vitals::tool {
namespace {

using detail::in_single_quotes;

constexpr double kMostRate = 10e6;

}  // namespace

std::pair<std::string_view, std::string_view> split_range(std::string_view text) {
  const auto dots = text.find("..");
  if (dots == text.npos) return {text, text};
  return {text.substr(0, dots), text.substr(dots + 2)};
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_token(std::string_view text) {
  const auto is_of_token = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_of_token);
}

ScenarioYaml::ScenarioYaml(const std::vector<detail::YamlError>& syntax) {
  for (const auto& mistake : syntax) mistakes_.push_back({mistake.place, mistake.what()});
}

void ScenarioYaml::add(const YamlValue& at, std::string text) {
  if (at.kind == YamlValue::Kind::Unreadable) return;
  if (mistakes_.size() < kMostMistakes) {
    mistakes_.push_back({at.place, std::move(text)});
  } else {
    ++further_mistakes_;
  }
}

std::string ScenarioYaml::lines(std::string_view file) const {
  auto sorted = mistakes_;
  std::ranges::stable_sort(sorted, {}, &Mistake::place);
  std::string result;
  for (const auto& [place, text] : sorted) {
    const auto where = place == kCommandLine ? std::string{"the command line"}
                                             : fmt::format("{}:{}:{}", file, place.line, place.column);
    result += fmt::format("{}{}: {}", result.empty() ? "" : "\n", where, text);
  }
  if (further_mistakes_ > 0) result += fmt::format("\nand {} more", further_mistakes_);
  return result;
}

ScenarioYaml::Entries ScenarioYaml::entries(const YamlValue& map, std::string_view what,
                                            const std::vector<std::string_view>& known) {
  Entries result;
  if (map.kind != YamlValue::Kind::Map) {
    add(map, fmt::format("{} must be a map; its keys are {}", what, fmt::join(known, ", ")));
    return result;
  }
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const auto& key = map.items[i];
    if (key.kind != YamlValue::Kind::Scalar) {
      add(key, "a key must be a text; quote it if it is one");
    } else if (std::ranges::find(known, key.scalar) == known.end()) {
      add(key, fmt::format("unknown key {}{}; the keys of {} are {}", in_single_quotes(key.scalar),
                           detail::did_you_mean(key.scalar, known), what, fmt::join(known, ", ")));
    } else if (!result.emplace(key.scalar, &map.items[i + 1]).second) {
      add(key, fmt::format("key {} comes twice; remove one", in_single_quotes(key.scalar)));
    }
  }
  return result;
}

std::vector<std::pair<const YamlValue*, const YamlValue*>> ScenarioYaml::pairs(const YamlValue& map,
                                                                               std::string_view what,
                                                                               std::string_view example) {
  std::vector<std::pair<const YamlValue*, const YamlValue*>> result;
  if (map.kind != YamlValue::Kind::Map || map.items.empty()) {
    add(map, fmt::format("{} must be a map that is not empty, such as {}", what, example));
    return result;
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const auto& key = map.items[i];
    if (key.kind != YamlValue::Kind::Scalar || key.scalar.empty()) {
      add(key, "a key must be a text; quote it if it is one");
    } else if (!seen.insert(key.scalar).second) {
      add(key, fmt::format("key {} comes twice; remove one", in_single_quotes(key.scalar)));
    } else {
      result.emplace_back(&key, &map.items[i + 1]);
    }
  }
  return result;
}

const std::vector<YamlValue>* ScenarioYaml::list(const YamlValue& value, std::string_view key,
                                                 std::string_view example) {
  if (value.kind == YamlValue::Kind::List && !value.items.empty()) return &value.items;
  add(value, fmt::format("'{}' must be a list that is not empty; begin each of its items with '- ', such as {}", key,
                         example));
  return nullptr;
}

const std::string* ScenarioYaml::scalar(const YamlValue& value, std::string_view key, std::string_view form) {
  if (value.kind == YamlValue::Kind::Scalar && !value.scalar.empty()) return &value.scalar;
  const bool is_empty = value.kind == YamlValue::Kind::Null || value.kind == YamlValue::Kind::Scalar;
  add(value, fmt::format("'{}' {}; write {}", key, is_empty ? "has no value" : "must be one value", form));
  return nullptr;
}

std::optional<double> ScenarioYaml::seconds(const YamlValue& value, std::string_view key, double least, double most) {
  const auto form = fmt::format("a time {}of at most {}", least > 0 ? "above 0 " : "", window_text(most));
  const auto* text = scalar(value, key, form);
  if (!text) return std::nullopt;
  try {
    const auto quantity = parse_quantity(*text);
    const bool is_zero = quantity.unit == Unit::Number && quantity.value == 0;
    if ((is_zero || quantity.unit == Unit::Seconds) && quantity.value >= least && quantity.value <= most)
      return quantity.value;
  } catch (const detail::QuantityError&) {
    // It is none, as others below are of the wrong size or unit.
  }
  add(value, fmt::format("{} is none; '{}' takes {}, such as 30s", in_single_quotes(*text), key, form));
  return std::nullopt;
}

std::optional<double> ScenarioYaml::rate(const YamlValue& value, std::string_view key) {
  const auto* text = scalar(value, key, "a rate such as 100/s");
  if (!text) return std::nullopt;
  try {
    const auto quantity = parse_quantity(*text);
    const bool is_rate = quantity.unit == Unit::PerSecond || quantity.unit == Unit::Number;
    if (is_rate && quantity.value >= 0 && quantity.value <= kMostRate) return quantity.value;
  } catch (const detail::QuantityError&) {
    // As above.
  }
  add(value, fmt::format("{} is none; '{}' takes a rate of at most {:.0f}/s, such as 100/s", in_single_quotes(*text),
                         key, kMostRate));
  return std::nullopt;
}

std::optional<std::int64_t> ScenarioYaml::integer(const YamlValue& value, std::string_view key, std::int64_t least,
                                                  std::int64_t most) {
  const auto form = fmt::format("a whole number from {} to {}", least, most);
  const auto* text = scalar(value, key, form);
  if (!text) return std::nullopt;
  const auto number = whole_number(*text);
  if (number && *number >= least && *number <= most) return number;
  add(value, fmt::format("{} is none; '{}' takes {}", in_single_quotes(*text), key, form));
  return std::nullopt;
}

}  // namespace vitals::tool
