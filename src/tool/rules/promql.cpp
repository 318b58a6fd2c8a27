#include "tool/rules/promql.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/formats/text_pieces.hpp"
#include "core/text/quantity.hpp"
#include "core/text/utf8.hpp"

namespace vitals::tool {
namespace {

// Of valid UTF-8, one sequence of it.
std::uint32_t code_point_of(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence.front());
  std::uint32_t code = sequence.size() == 1 ? first : first & (0x7FU >> sequence.size());
  for (const char c : sequence.substr(1)) code = code << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return code;
}

// A pattern that matches these texts and no others.
std::string pattern_of(const std::vector<std::string>& values) {
  std::string pattern;
  for (const auto& value : values) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : value) {
      if (std::string_view{"\\.+*?()|[]{}^$"}.find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

}  // namespace

std::string string_literal(std::string_view text) {
  std::string result{'"'};
  while (!text.empty()) {
    const auto sequence = text.substr(0, std::max<std::size_t>(1, detail::utf8_length(text)));
    if (sequence == "\"" || sequence == "\\") {
      result += '\\';
      result += sequence;
    } else if (detail::is_plain_text(sequence)) {
      result += sequence;
    } else {
      result += fmt::format("\\U{:08X}", code_point_of(sequence));
    }
    text.remove_prefix(sequence.size());
  }
  return result + '"';
}

std::string number(double value) {
  std::string text;
  detail::append_number(text, value);
  return text;
}

std::string duration(std::chrono::seconds time) { return detail::time_text(time); }

double in_seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

std::string equals(std::string_view label, std::string_view value) {
  return fmt::format("{}={}", label, string_literal(value));
}

std::string one_of(std::string_view label, const std::vector<std::string>& values) {
  return values.size() == 1 ? equals(label, values.front()) : matches(label, pattern_of(values));
}

std::string none_of(std::string_view label, const std::vector<std::string>& values) {
  return values.size() == 1 ? fmt::format("{}!={}", label, string_literal(values.front()))
                            : fmt::format("{}!~{}", label, string_literal(pattern_of(values)));
}

std::string matches(std::string_view label, const std::string& pattern) {
  return fmt::format("{}=~{}", label, string_literal(pattern));
}

std::vector<std::string> spellings_of(std::chrono::nanoseconds bound) {
  const auto text = number(in_seconds(bound));
  if (text.find_first_not_of("0123456789") != std::string::npos) return {text};
  return {text, text + ".0"};
}

std::string bucket_of(std::chrono::nanoseconds bound) {
  const auto spellings = spellings_of(bound);
  return spellings.size() == 1 ? equals("le", spellings.front()) : matches("le", spellings.front() + "(\\.0)?");
}

std::string Selectors::series(std::string_view metric, Conditions conditions) const {
  conditions.insert(conditions.begin(), always_.begin(), always_.end());
  if (conditions.empty()) return std::string{metric};
  return fmt::format("{}{{{}}}", metric, fmt::join(conditions, ","));
}

std::string Selectors::rate(std::string_view metric, std::string_view window, Conditions conditions) const {
  return fmt::format("rate({}[{}])", series(metric, std::move(conditions)), window);
}

std::string Selectors::rate(std::string_view metric, std::chrono::seconds window, Conditions conditions) const {
  return rate(metric, duration(window), std::move(conditions));
}

std::string Selectors::rate_by(std::string_view labels, std::string_view metric, std::string_view window,
                               Conditions conditions) const {
  return fmt::format("sum by ({}) ({})", labels, rate(metric, window, std::move(conditions)));
}

std::string Selectors::rate_by(std::string_view labels, std::string_view metric, std::chrono::seconds window,
                               Conditions conditions) const {
  return rate_by(labels, metric, duration(window), std::move(conditions));
}

std::string labelled(std::string_view name, const Labels& labels) {
  std::vector<std::string> texts;
  for (const auto& [label, value] : labels) texts.push_back(equals(label, value));
  return fmt::format("{}{{{}}}", name, fmt::join(texts, ","));
}

}  // namespace vitals::tool
