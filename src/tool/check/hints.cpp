#include "tool/check/hints.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "core/text/nearest.hpp"
#include "tool/check/growth.hpp"
#include "tool/check/joined.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// Whether it is what people write for all statuses of a class: 5xx.
bool is_status_class(std::string_view text) {
  return text.size() == 3 && text[0] >= '1' && text[0] <= '5' && (text.substr(1) == "xx" || text.substr(1) == "XX");
}

bool is_status(std::string_view text) { return text.size() == 3 && text.find_first_not_of("0123456789") == text.npos; }

// Where statuses are grouped in classes, those of one status can't be told from the others of its class.
void require_told_apart(const Matcher& matcher, std::string_view status, const std::set<std::string_view>& values) {
  const std::string group{status.front(), 'x', 'x'};
  const auto is_counted = [&](const std::string& glob) { return glob_match(glob, group); };
  if (values.contains(group) && std::ranges::none_of(matcher.globs, is_counted))
    throw Unjudgeable(
        fmt::format("{0}={1} can't be told from others of {2}, as statuses are grouped in classes; count "
                    "{2}, or don't group them",
                    printable(matcher.label), printable(status), group));
}

bool has_digit(std::string_view text) { return text.find_first_of("0123456789") != text.npos; }

// Those of a label's values that no series has; each that was probably misspelt by itself.
void note_missing(std::vector<std::string>& notes, const LabelSets& series, const Matcher& matcher) {
  std::set<std::string_view> others;
  for (const auto* labels : series) {
    if (!Clause{{matcher}}.matches(*labels)) others.insert(label_value(*labels, matcher.label));
  }
  std::vector<std::string> missing;
  for (const auto& glob : matcher.globs) {
    if (any_matches(series, {{{matcher.label, {glob}}}})) continue;
    const auto near = detail::did_you_mean(glob, others);
    if (near.empty()) {
      missing.push_back(printable(glob));
    } else {
      notes.push_back(fmt::format("no series with {}={}{}", matcher.label, printable(glob), near));
    }
  }
  if (!missing.empty()) notes.push_back(fmt::format("no series with {}={}", matcher.label, joined(missing, ", ")));
}

}  // namespace

bool any_matches(const LabelSets& series, const Clause& clause) {
  return std::any_of(series.begin(), series.end(), [&](const Labels* labels) { return clause.matches(*labels); });
}

bool has_label(const LabelSets& series, const std::string& label) {
  return std::any_of(series.begin(), series.end(),
                     [&](const Labels* labels) { return !label_value(*labels, label).empty(); });
}

std::string nearest_label(const LabelSets& series, const std::string& label) {
  std::set<std::string_view> names;
  for (const auto* labels : series) {
    for (const auto& [name, value] : *labels) names.insert(name);
  }
  return detail::did_you_mean(label, names);
}

std::string nearest_series(const LabelSets& series, const Clause& clause) {
  LabelSets rest = series;
  for (const auto& matcher : clause.matchers) {
    if (!has_label(series, matcher.label)) return nearest_label(series, matcher.label);
    LabelSets matching;
    std::copy_if(rest.begin(), rest.end(), std::back_inserter(matching),
                 [&](const Labels* labels) { return Clause{{matcher}}.matches(*labels); });
    if (matching.empty()) {
      std::set<std::string_view> values;
      for (const auto* labels : rest) values.insert(label_value(*labels, matcher.label));
      return detail::did_you_mean(matcher.globs.front(), values);
    }
    rest = std::move(matching);
  }
  return {};
}

std::string part_hint(const Target& target, const LabelSets& series) {
  std::string hint;
  for (const auto& clause : target.part.clauses) {
    for (const auto& matcher : clause.matchers) {
      std::set<std::string_view> values;
      for (const auto* labels : series) values.insert(label_value(*labels, matcher.label));
      values.erase("");
      for (const auto& glob : matcher.globs) {
        if (is_status(glob)) require_told_apart(matcher, glob, values);
        if (glob.find_first_of("*?\\") != glob.npos || values.contains(glob)) continue;
        if (is_status_class(glob) && std::all_of(values.begin(), values.end(), is_status))
          throw Unjudgeable(fmt::format("{}={} is no pattern and matches no status; write {}*",
                                        printable(matcher.label), printable(glob), glob.front()));
        const auto near = has_digit(glob) ? std::string{} : detail::did_you_mean(glob, values);
        if (!near.empty() && hint.empty())
          hint = fmt::format("no series with {}={}{}", printable(matcher.label), printable(glob), near);
      }
    }
  }
  return hint;
}

std::string missing_values(const Target& target, const LabelSets& series) {
  if (target.told.empty() || !target.select) return {};
  std::vector<std::string> notes;
  for (const auto& clause : target.select->clauses) {
    for (const auto& matcher : clause.matchers) {
      if (matcher.label == target.told) note_missing(notes, series, matcher);
    }
  }
  return joined(notes, "; ");
}

}  // namespace vitals::tool
