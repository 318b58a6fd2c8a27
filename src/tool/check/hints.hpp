#pragma once
#include <map>
#include <string>
#include <vector>

#include "tool/check/selector.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

// What was probably meant by labels and values that no series has: "; did you mean 'x'?", or nothing.

using LabelSets = std::vector<const Labels*>;

template <class Value>
LabelSets labels_of(const std::map<Labels, Value>& series) {
  LabelSets result;
  for (const auto& entry : series) result.push_back(&entry.first);
  return result;
}

bool any_matches(const LabelSets& series, const Clause& clause);
bool has_label(const LabelSets& series, const std::string& label);

std::string nearest_label(const LabelSets& series, const std::string& label);
/// Of a clause that matches nothing: another label or another value.
std::string nearest_series(const LabelSets& series, const Clause& clause);

/// Of a value of `part` that no series has, as a note. Mostly nothing: errors that have not happened have no series.
/// Numbers are near one another without being misspelt.
/// Throws Unjudgeable where statuses are such that a value can't count what it says.
std::string part_hint(const Target& target, const LabelSets& series);

/// Of the label `told` the selected values that no series has, as a note.
std::string missing_values(const Target& target, const LabelSets& series);

}  // namespace vitals::tool
