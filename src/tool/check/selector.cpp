#include "tool/check/selector.hpp"

#include <algorithm>
#include <cstddef>

#include "tool/check/joined.hpp"

namespace vitals::tool {

std::string_view label_value(const Labels& labels, std::string_view name) {
  const auto it = std::find_if(labels.begin(), labels.end(), [&](const auto& label) { return label.first == name; });
  return it == labels.end() ? std::string_view{} : std::string_view{it->second};
}

bool glob_match(std::string_view pattern, std::string_view text) noexcept {
  std::size_t p = 0;
  std::size_t t = 0;
  // Where to resume when a later byte doesn't fit: behind the last '*', which then takes one more byte of the text.
  std::size_t star = pattern.npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
      continue;
    }
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    const bool any = p < pattern.size() && pattern[p] == '?';
    if (p < pattern.size() && (any || pattern[p + (escaped ? 1 : 0)] == text[t])) {
      p += escaped ? 2 : 1;
      ++t;
    } else if (star != pattern.npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

bool Clause::matches(const Labels& labels) const {
  return std::all_of(matchers.begin(), matchers.end(), [&](const Matcher& matcher) {
    const auto value = label_value(labels, matcher.label);
    return std::any_of(matcher.globs.begin(), matcher.globs.end(),
                       [&](const std::string& glob) { return glob_match(glob, value); });
  });
}

std::string Clause::text() const {
  std::vector<std::string> parts;
  for (const auto& matcher : matchers) parts.push_back(matcher.label + "=" + joined(matcher.globs, "|"));
  return joined(parts, ", ");
}

bool Selector::matches(const Labels& labels) const {
  return std::any_of(clauses.begin(), clauses.end(), [&](const Clause& clause) { return clause.matches(labels); });
}

}  // namespace vitals::tool
