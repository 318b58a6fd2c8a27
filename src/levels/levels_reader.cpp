#include "levels/levels_reader.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "core/text/nearest.hpp"
#include "core/text/printable.hpp"

namespace vitals::detail {

namespace {

constexpr std::size_t kMostMistakes = 100;

// The last key of a path: "target" of "latency[1].target".
std::string key_of(std::string_view path) {
  const auto dot = path.rfind('.');
  return in_single_quotes(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

std::string joined(const std::vector<std::string_view>& texts) {
  std::string result;
  for (const auto text : texts) result += (result.empty() ? "" : ", ") + std::string{text};
  return result;
}

// Of a time in whole seconds, with a value that the key's own rules take.
std::string_view form_of_seconds(std::string_view path) {
  if (path == "window") return "a time such as 30d";
  return path.ends_with("long_window") ? "a time such as 1h" : "a time such as 5m";
}

std::string_view form_of(Unit unit) {
  static constexpr std::array<std::string_view, 5> kForms{"a time such as 150ms", "a size such as 64KiB",
                                                          "a percentage such as 99.9%", "a rate such as 100/s",
                                                          "a plain number such as 14.4"};
  return kForms[static_cast<std::size_t>(unit)];
}

// Whether one is the other, or a part of it: "latency[1]" and "latency[1].target".
bool is_part_of(std::string_view path, std::string_view whole) {
  if (!path.starts_with(whole)) return false;
  return whole.empty() || path.size() == whole.size() || path[whole.size()] == '.' || path[whole.size()] == '[';
}

// Of a map: the key `targets`, which makes a file one of vitals check's targets; null without it.
const YamlValue* targets_key(const YamlValue& map) {
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2)
    if (map.items[i].scalar == "targets") return &map.items[i];
  return nullptr;
}

struct Keys {
  template <class Member>
  void operator()(std::string_view key, bool /*must*/, const Member& /*member*/) {
    all.push_back(key);
  }

  std::vector<std::string_view> all;
};

}  // namespace

struct LevelsReader::Field {
  template <class Member>
  void operator()(std::string_view key, bool must, Member&& member) {
    const auto [first, end] = entries.equal_range(key);
    const auto at = path.empty() ? std::string{key} : path + '.' + std::string{key};
    // Where a key comes twice, each is read, for its mistakes; the first at last, so that it is the one that is judged.
    for (auto one = end; one != first;) {
      --one;
      reader.places_.insert_or_assign(at, one->second->place);
      reader.value(*one->second, at, member);
    }
    if (must && first == end) reader.fail(map, at, what + " has no " + in_single_quotes(key) + "; add it");
  }

  LevelsReader& reader;
  const YamlValue& map;
  const std::string& path;
  const std::string& what;
  const Entries& entries;
};

LevelsReader::LevelsReader(const YamlValue& root, const std::vector<YamlError>& syntax) : root_(root) {
  for (const auto& mistake : syntax) mistakes_.push_back({mistake.place, mistake.what()});
}

ServiceLevels LevelsReader::read(std::string_view source, const LevelJudge& judge) {
  ServiceLevels levels;
  if (root_.kind == YamlValue::Kind::Null) {
    fail(root_, "", "the file is empty; vitals levels init writes one to start from");
  } else if (root_.kind != YamlValue::Kind::Map) {
    fail(root_, "", "the file must be a map of service levels; vitals levels init writes one to start from");
  } else if (const auto* targets = targets_key(root_)) {
    fail(*targets, "",
         "this is a targets file, which vitals check alone reads; vitals levels init writes service levels to start "
         "from");
  } else {
    map(root_, "", "the file", levels);
  }
  tell(level_mistakes(levels));
  if (judge) tell(judge(levels));
  if (!mistakes_.empty()) throw std::invalid_argument(lines(source));
  return levels;
}

void LevelsReader::add(const YamlValue& at, std::string text) {
  if (at.kind == YamlValue::Kind::Unreadable) return;
  if (mistakes_.size() < kMostMistakes) {
    mistakes_.push_back({at.place, std::move(text)});
  } else {
    ++further_mistakes_;
  }
}

void LevelsReader::fail(const YamlValue& at, const std::string& path, std::string text) {
  if (failed_.size() <= kMostMistakes) failed_.push_back(path);
  add(at, std::move(text));
}

// Of a key with a mistake that was told before nothing more: it may not hold of a good value.
void LevelsReader::tell(const std::vector<LevelMistake>& mistakes) {
  if (further_mistakes_ > 0) return;  // of what failed, not all is known
  const auto told_before = told_;
  for (const auto& [where, text, because] : mistakes) {
    if (rests_on_failed(where) || (!because.empty() && rests_on_failed(because)) || told_before.contains(where))
      continue;
    told_.insert(where);
    YamlValue at;
    // Of a default that only clashes with what is in the file: where that stands.
    at.place = place_of(!places_.contains(where) && places_.contains(because) ? because : where);
    add(at, text);
  }
}

bool LevelsReader::rests_on_failed(std::string_view path) const {
  return std::ranges::any_of(
      failed_, [path](std::string_view failed) { return is_part_of(failed, path) || is_part_of(path, failed); });
}

// Of what is not in the file, as it has a default: where that it belongs to stands.
YamlPlace LevelsReader::place_of(std::string path) const {
  for (;;) {
    if (const auto found = places_.find(path); found != places_.end()) return found->second;
    const auto end = path.find_last_of(".[");
    if (end == std::string::npos) return root_.place;
    path.resize(end);
  }
}

std::string LevelsReader::lines(std::string_view source) {
  std::ranges::stable_sort(mistakes_, {}, &Mistake::place);
  std::string result;
  for (const auto& [place, text] : mistakes_) {
    if (!result.empty()) result += '\n';
    result += std::string{source} + ':' + std::to_string(place.line) + ':' + std::to_string(place.column) + ": " + text;
  }
  if (further_mistakes_ > 0) result += "\nand " + std::to_string(further_mistakes_) + " more";
  return result;
}

LevelsReader::Entries LevelsReader::entries(const YamlValue& map, const std::string& what,
                                            const std::vector<std::string_view>& known) {
  Entries result;
  for (std::size_t i = 0; i + 1 < map.items.size(); i += 2) {
    const auto& key = map.items[i];
    if (mistakes_.size() == kMostMistakes) {
      ++further_mistakes_;  // none is looked for that would not be shown
    } else if (key.kind != YamlValue::Kind::Scalar) {
      add(key, "a key must be a text; quote it if it is one");
    } else if (key.scalar == "<<") {
      add(key, "merge keys are not read; write out the keys that << would bring");
    } else if (std::ranges::find(known, key.scalar) == known.end()) {
      add(key, "unknown key " + in_single_quotes(key.scalar) + did_you_mean(key.scalar, known) + "; the keys of " +
                   what + " are " + joined(known));
    } else {
      if (result.contains(key.scalar)) add(key, "key " + in_single_quotes(key.scalar) + " comes twice; remove one");
      result.emplace(key.scalar, &map.items[i + 1]);
    }
  }
  return result;
}

template <class Level>
void LevelsReader::map(const YamlValue& value, const std::string& path, const std::string& what, Level& level) {
  Keys known;
  fields(known, level);
  const auto values = entries(value, what, known.all);
  Field field{*this, value, path, what, values};
  fields(field, level);
}

const std::string* LevelsReader::scalar(const YamlValue& value, const std::string& path, const std::string& example) {
  if (value.kind == YamlValue::Kind::Scalar && !value.scalar.empty()) return &value.scalar;
  const bool is_empty = value.kind == YamlValue::Kind::Null || value.kind == YamlValue::Kind::Scalar;
  fail(value, path, key_of(path) + (is_empty ? " has no value; write " : " must be one value; write ") + example);
  return nullptr;
}

std::optional<Quantity> LevelsReader::quantity(const YamlValue& value, const std::string& path, Unit unit,
                                               std::string_view form) {
  const auto* text = scalar(value, path, std::string{form});
  if (!text) return std::nullopt;
  try {
    const auto quantity = parse_quantity(*text);
    if (quantity.unit == unit) return quantity;
    fail(value, path,
         in_single_quotes(*text) + (quantity.unit == Unit::Number ? " has no unit; " : " has the wrong unit; ") +
             key_of(path) + " takes " + std::string{form});
  } catch (const QuantityError& error) {
    fail(value, path,
         in_single_quotes(*text) + ' ' + printable(error.rule) + "; " + key_of(path) + " takes " + std::string{form});
  }
  return std::nullopt;
}

std::optional<Quantity> LevelsReader::quantity(const YamlValue& value, const std::string& path, Unit unit) {
  return quantity(value, path, unit, form_of(unit));
}

void LevelsReader::value(const YamlValue& value, const std::string& path, std::string& into) {
  if (const auto* text = scalar(value, path, "a text")) into = *text;
}

void LevelsReader::value(const YamlValue& value, const std::string& path, bool& into) {
  const auto* text = scalar(value, path, "true or false");
  if (!text) return;
  if (*text != "true" && *text != "false")
    fail(value, path, in_single_quotes(*text) + " is neither; " + key_of(path) + " takes true or false");
  into = *text == "true";
}

void LevelsReader::value(const YamlValue& value, const std::string& path, double& into) {
  if (const auto read = quantity(value, path, Unit::Number)) into = read->value;
}

void LevelsReader::value(const YamlValue& value, const std::string& path, AlertSeverity& into) {
  static constexpr std::array<std::string_view, 2> kWords{"page", "ticket"};
  const auto* text = scalar(value, path, "page or ticket");
  if (!text) return;
  const auto found = std::ranges::find(kWords, *text);
  if (found == kWords.end())
    fail(value, path,
         in_single_quotes(*text) + " is neither" + did_you_mean(*text, kWords) + "; " + key_of(path) +
             " takes page or ticket");
  into = found == kWords.begin() ? AlertSeverity::Page : AlertSeverity::Ticket;
}

void LevelsReader::value(const YamlValue& value, const std::string& path, MetricNames& into) {
  static constexpr std::array<std::string_view, 1> kWords{"opentelemetry"};
  if (value.kind == YamlValue::Kind::Map) return map(value, path, key_of(path), into);
  const auto* text = scalar(value, path, "opentelemetry, or a map of names");
  if (!text) return;
  if (*text != kWords.front())
    fail(value, path,
         in_single_quotes(*text) + " is no convention of names" + did_you_mean(*text, kWords) + "; " + key_of(path) +
             " takes opentelemetry, or a map such as {endpoint: handler}");
  into = MetricNames::opentelemetry();
}

void LevelsReader::value(const YamlValue& value, const std::string& path, std::chrono::nanoseconds& into) {
  const auto read = quantity(value, path, Unit::Seconds);
  if (!read) return;
  if (!read->time)
    fail(value, path,
         in_single_quotes(value.scalar) + " is too large, or no whole number of nanoseconds; " + key_of(path) +
             " takes a time such as 150ms");
  into = read->time.value_or(into);
}

void LevelsReader::value(const YamlValue& value, const std::string& path, std::chrono::seconds& into) {
  const auto form = form_of_seconds(path);
  const auto read = quantity(value, path, Unit::Seconds, form);
  if (!read) return;
  const auto seconds = std::chrono::floor<std::chrono::seconds>(read->time.value_or(std::chrono::nanoseconds{1}));
  if (seconds != read->time)
    fail(value, path,
         in_single_quotes(value.scalar) + " is too large, or no whole number of seconds; " + key_of(path) + " takes " +
             std::string{form});
  into = seconds;
}

void LevelsReader::value(const YamlValue& value, const std::string& path, RatioField<double> into) {
  if (const auto read = quantity(value, path, Unit::Ratio)) into.value = read->value;
}

void LevelsReader::value(const YamlValue& value, const std::string& path, RateField<double> into) {
  if (const auto read = quantity(value, path, Unit::PerSecond)) into.value = read->value;
}

template <class Item>
void LevelsReader::value(const YamlValue& value, const std::string& path, std::optional<Item>& into) {
  this->value(value, path, into.emplace());
}

void LevelsReader::value(const YamlValue& value, const std::string& path, RatioField<std::optional<double>> into) {
  this->value(value, path, RatioField{into.value.emplace()});
}

void LevelsReader::value(const YamlValue& value, const std::string& path, RateField<std::optional<double>> into) {
  this->value(value, path, RateField{into.value.emplace()});
}

template <class Item>
void LevelsReader::value(const YamlValue& value, const std::string& path, std::vector<Item>& into) {
  into.clear();
  if (value.kind != YamlValue::Kind::List || value.items.empty()) {
    fail(value, path, key_of(path) + " must be a list that is not empty; begin each of its items with '- '");
    return;
  }
  for (const auto& item : value.items) {
    const auto at = path + '[' + std::to_string(into.size()) + ']';
    places_.insert_or_assign(at, item.place);
    this->value(item, at, into.emplace_back());
  }
}

template <class Level>
requires std::is_aggregate_v<Level>
void LevelsReader::value(const YamlValue& value, const std::string& path, Level& into) {
  if (value.kind == YamlValue::Kind::Map) {
    map(value, path, key_of(path), into);
  } else {
    Keys known;
    fields(known, into);
    fail(value, path, key_of(path) + " must be a map; its keys are " + joined(known.all));
  }
}

}  // namespace vitals::detail
