#include "tool/check/continuity.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/core.h>

#include "core/text/metric_types.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

using Kind = Continuity::Kind;

enum class Times { None, Same, Near, Different };

Times compare_starts(const SeriesMap& before, const SeriesMap& after) {
  const auto is_unknown = [](const auto& start) { return !std::isfinite(start.second); };
  if (std::ranges::any_of(before, is_unknown) || std::ranges::any_of(after, is_unknown)) return Times::None;
  if (before == after) return before.empty() ? Times::None : Times::Same;
  const bool near =
      std::equal(before.begin(), before.end(), after.begin(), after.end(),
                 [](const auto& a, const auto& b) { return a.first == b.first && is_same_start(a.second, b.second); });
  return near ? Times::Near : Times::Different;
}

Times compare_creation(const Scrape::Counters& before, const Scrape::Counters& after) {
  auto result = Times::None;
  for (const auto& [series, at] : before) {
    const auto found = after.find(series);
    if (found == after.end()) continue;
    if (is_same_time(found->second, at)) return Times::Same;
    result = Times::Different;
  }
  return result;
}

std::string_view family_of(std::string_view series) { return series.substr(0, series.find('{')); }

// When the series was made; h_count has the time of h.
std::optional<double> creation_of(const Scrape::Counters& created, const std::string& series) {
  if (const auto found = created.find(series); found != created.end()) return found->second;
  const auto name = family_of(series);
  if (!name.ends_with(detail::suffix::kCount)) return std::nullopt;
  const auto metric = name.substr(0, name.size() - detail::suffix::kCount.size());
  const auto found = created.find(fmt::format("{}{}", metric, series.substr(name.size())));
  return found == created.end() ? std::nullopt : std::optional(found->second);
}

// A series that ended and came again in the same process counts from 0.
bool was_made_anew(const Scrape& before, const Scrape& after, const std::string& series) {
  const auto old = creation_of(before.created(), series);
  const auto now = creation_of(after.created(), series);
  return old && now && !is_same_time(*old, *now);
}

std::optional<std::string> that_went_back(const Scrape& before, const Scrape& after) {
  auto found = after.counters().begin();  // both are sorted
  const auto end = after.counters().end();
  for (const auto& [series, value] : before.counters()) {
    while (found != end && found->first < series) ++found;
    const bool both = found != end && found->first == series;
    if (both && found->second < value && !was_made_anew(before, after, series)) return series;
  }
  return std::nullopt;
}

bool has_family(const Scrape::Counters& counters, std::string_view family) {
  if (counters.contains(family)) return true;
  const auto labelled = fmt::format("{}{{", family);
  const auto found = counters.lower_bound(labelled);
  return found != counters.end() && found->first.starts_with(labelled);
}

struct Vanished {
  std::string family;  // that lost all of its series
  std::string series;  // that vanished beside others of its family
};

Vanished that_vanished(const Scrape& before, const Scrape& after) {
  Vanished result;
  if (!before.has_all_counters() || !after.has_all_counters()) return result;
  for (const auto& [series, value] : before.counters()) {
    if (after.counters().contains(series)) continue;
    const auto family = family_of(series);
    if (!has_family(after.counters(), family)) {
      result.family = family;
      return result;
    }
    if (result.series.empty()) result.series = series;
  }
  return result;
}

std::string_view name_of(LintFormat format) {
  switch (format) {
    case LintFormat::Text:
      return "text";
    case LintFormat::Text1:
      return "text 1.0.0 with quoted names";
    case LintFormat::OpenMetrics:
      return "OpenMetrics";
    case LintFormat::Protobuf:
      break;
  }
  return "protobuf";
}

}  // namespace

std::string_view name(Continuity::Kind kind) {
  switch (kind) {
    case Kind::Same:
      return "same";
    case Kind::Unproven:
      return "unproven";
    case Kind::Summed:
      return "summed";
    case Kind::Restarted:
      break;
  }
  return "restarted";
}

bool is_same_time(double a, double b) {
  constexpr double kMillisecond = 1e-3;
  return std::fabs(a - b) <= kMillisecond;
}

bool is_same_start(double a, double b) {
  constexpr double kTolerance = 1.001;
  return std::fabs(a - b) <= kTolerance;
}

std::string format_mismatch(const Scrape& before, const Scrape& after) {
  if (before.format() == after.format()) return {};
  return fmt::format(
      "both scrapes must be in one format: the first is {}, the second {}; ask for both with the same "
      "Accept header",
      name_of(before.format()), name_of(after.format()));
}

Continuity continuity(const Scrape& before, const Scrape& after) {
  const auto starts = compare_starts(before.process_starts(), after.process_starts());
  if (starts == Times::Different) return {Kind::Restarted, "the process was restarted between the scrapes"};
  if (starts == Times::Same) return {Kind::Same, "process_start_time_seconds is the same"};
  const auto creation = compare_creation(before.created(), after.created());
  if (creation == Times::Different)
    return {Kind::Restarted, "all counters were made anew between the scrapes: the process was restarted"};
  const auto mismatch = format_mismatch(before, after);
  if (mismatch.empty()) {
    if (const auto series = that_went_back(before, after)) {
      return {Kind::Restarted, fmt::format("{} went back{}", printable(*series, 100),
                                           creation == Times::Same
                                               ? ", though others have the same time of creation: the scrapes are of "
                                                 "different processes"
                                               : ": the process was restarted between the scrapes")};
    }
  }
  if (creation == Times::Same) return {Kind::Same, "counters have the same times of creation"};
  if (!mismatch.empty()) return {Kind::Unproven, mismatch};
  if (starts == Times::Near)
    return {Kind::Same, "process_start_time_seconds is the same within a second, and no counter went back"};
  const auto vanished = that_vanished(before, after);
  if (!vanished.family.empty()) {
    return {Kind::Restarted, fmt::format("all series of {} vanished between the scrapes, as after a restart",
                                         printable(vanished.family, 100))};
  }
  return {
      Kind::Unproven,
      fmt::format("a restart between the scrapes can't be ruled out: {}there is no process_start_time_seconds and no "
                  "time of creation",
                  vanished.series.empty() ? "" : printable(vanished.series, 100) + " vanished, and ")};
}

}  // namespace vitals::tool
