#include "tool/top/look.hpp"

#include "tool/check/judge.hpp"

namespace vitals::tool {

Look::Look(WindowGroups& groups) : Look(groups, window_fault(groups.window(), groups.process())) {}

Seen Look::see(const Target& subject) {
  if (!fault_.empty() && subject.measure != Measure::Gauge) return {nullptr, fault_};
  try {
    return {&groups_.of(subject)};
  } catch (const Unjudgeable& reason) {
    return {nullptr, reason.what()};
  }
}

GroupsByValues Look::by_values(const Target& subject, std::string* why) {
  GroupsByValues result;
  const auto seen = see(subject);
  if (why && !seen.groups) *why = seen.why;
  if (!seen.groups) return result;
  for (const auto& group : *seen.groups) result.emplace(group.values, &group);
  return result;
}

}  // namespace vitals::tool
