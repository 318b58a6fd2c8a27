#include "tool/check/continuity.hpp"

#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using Kind = Continuity::Kind;

std::optional<Continuity> by_creation(const Scrape::Counters& before, const Scrape::Counters& after) {
  bool differs = false;
  for (const auto& [series, at] : before) {
    const auto found = after.find(series);
    if (found == after.end()) continue;
    if (is_same_time(found->second, at)) return Continuity{Kind::Same, "counters have the same times of creation"};
    differs = true;
  }
  if (!differs) return std::nullopt;
  return Continuity{Kind::Restarted, "all counters were made anew between the scrapes: the process was restarted"};
}

std::optional<Continuity> by_values(const Scrape& before, const Scrape& after) {
  auto found = after.counters().begin();  // both are sorted
  const auto end = after.counters().end();
  for (const auto& [series, value] : before.counters()) {
    while (found != end && found->first < series) ++found;
    const bool gone = found == end || found->first != series;
    if (gone && !(before.has_all_counters() && after.has_all_counters())) continue;
    // Not ">=" turned around: NaN has no order.
    if (!gone && !(found->second < value)) continue;
    return Continuity{Kind::Restarted, fmt::format("{} {}: the process was restarted between the scrapes",
                                                   printable(series, 200), gone ? "vanished" : "went back")};
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(Continuity::Kind kind) {
  switch (kind) {
    case Kind::Same:
      return "same";
    case Kind::Unproven:
      return "unproven";
    case Kind::Restarted:
      break;
  }
  return "restarted";
}

bool is_same_time(double a, double b) {
  constexpr double kMillisecond = 1e-3;
  return std::fabs(a - b) <= kMillisecond;
}

Continuity continuity(const Scrape& before, const Scrape& after) {
  if (before.process_starts() != after.process_starts())
    return {Kind::Restarted, "the process was restarted between the scrapes"};
  if (!before.process_starts().empty()) return {Kind::Same, "process_start_time_seconds is the same"};
  if (const auto result = by_creation(before.created(), after.created())) return *result;
  if (const auto result = by_values(before, after)) return *result;
  return {Kind::Unproven,
          "a restart between the scrapes can't be ruled out: there is no process_start_time_seconds and no time of "
          "creation"};
}

}  // namespace vitals::tool
