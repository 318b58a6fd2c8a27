#include "tool/top/service.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <fmt/core.h>

#include "tool/check/report_words.hpp"
#include "tool/check/window_groups.hpp"
#include "tool/text/units.hpp"
#include "tool/top/look.hpp"
#include "tool/top/tables.hpp"
#include "tool/top/tiles.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMaxHistoryBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxPast = 240;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double seconds_between(Service::Clock::time_point from, Service::Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

void keep(std::vector<double>& past, double value) {
  past.push_back(value);
  if (past.size() > kMaxPast) past.erase(past.begin());
}

// Whether each series that was there is there, and is what it was or more.
bool has_grown(const SeriesMap& before, const SeriesMap& after) {
  auto now = after.begin();  // both are sorted
  return std::ranges::all_of(before, [&](const auto& old) {
    while (now != after.end() && now->first < old.first) ++now;
    return now != after.end() && now->first == old.first && now->second >= old.second;
  });
}

// The same of all samples that targets count. Native histograms are not looked into.
bool has_grown(const Window& step, const std::vector<const Target*>& targets) {
  Names names;
  for (const auto* target : targets) {
    if (target->measure == Measure::Gauge) continue;
    if (step.before.find_native(target->metric) || step.after.find_native(target->metric)) return false;
    for (auto& name : target->sample_names()) names.insert(std::move(name));
  }
  return step.before.created() == step.after.created() && std::ranges::all_of(names, [&](const std::string& name) {
           const auto* before = step.before.find(name);
           const auto* after = step.after.find(name);
           return !before || (after && has_grown(*before, *after));
         });
}

// "warning: 1 warning, 12 ok: p95 response time 212 ms (<= 150ms)"
std::string words(const Judgement& judgement) {
  constexpr int kMost = 3;
  std::string text = summary(judgement);
  std::string_view separator = ": ";
  int told = 0;
  for (const auto verdict : {Verdict::Critical, Verdict::Warning}) {
    for (const auto& row : judgement.rows) {
      if (row.verdict != verdict || ++told > kMost) continue;
      text += fmt::format("{}{} {} ({})", separator, row.target->name, value_text(row), target_text(*row.target));
      separator = ", ";
    }
  }
  return told > kMost ? fmt::format("{}, and {} more", text, told - kMost) : text;
}

}  // namespace

Service::Service(Promises promises, std::string source, Clock::duration window)
    : promises_(std::move(promises)), length_(window), history_(wanted_samples(promises_), window, kMaxHistoryBytes) {
  model_.source = std::move(source);
}

void Service::tell(std::string event) {
  model_.event = std::move(event);
  model_.event_at = model_.at;
  history_.begin_anew();
}

// What happened between the last two scrapes, if they aren't of one process or have too long a time between them.
std::string Service::restart(const Window& step) const {
  if (*step.seconds > std::chrono::duration<double>(length_).count() * 2)
    return fmt::format("no answer for {}, so the window begins anew", window_text(*step.seconds));
  if (step.process->kind == Continuity::Kind::Restarted) return step.process->reason;
  return format_mismatch(step.before, step.after);
}

// Why a window that began with its last scrape could tell what this one can't: something went back, vanished or was
// made anew within it.
std::string Service::reset(WindowGroups& groups) const {
  const auto& last = groups.window().after;
  WindowGroups anew(Window{last, last, std::nullopt, std::nullopt, Continuity{}});
  for (const auto* target : groups.faulty()) {
    try {
      anew.of(*target);
    } catch (const Unjudgeable&) {
      continue;
    }
    try {
      groups.of(*target);
    } catch (const Unjudgeable& reason) {
      return reason.what();
    }
  }
  return {};
}

void Service::add(Clock::time_point at, double wall, const Exposed& exposed) {
  const auto previous = history_.add(at, exposed, model_.source);
  const auto& last = *history_.last();
  const auto chosen = subjects(promises_, last.names());
  model_.at = wall;
  model_.failure.clear();
  model_.started.reset();
  for (const auto& [labels, start] : last.process_starts())
    model_.started = std::max(model_.started.value_or(0), start);
  const auto from = std::exchange(last_at_, at);
  if (!previous) return look({last, last, std::nullopt, wall}, chosen);
  const Window step{*previous, last, seconds_between(*from, at), wall, continuity(*previous, last)};
  if (auto why = restart(step); !why.empty()) {
    keep_past({});
    tell(std::move(why));
    return look({last, last, std::nullopt, wall}, chosen);
  }
  WindowGroups groups(step);
  keep_past(look_at_step(groups, chosen));
  // Of the last step all can be told that isn't concerned.
  if (auto why = reset(groups); !why.empty()) {
    tell("counters were reset: " + why);
    return look(step, chosen);
  }
  auto window = *history_.window();
  window.now = wall;
  look(window, chosen);
}

// The values of the tiles over the time since the scrape before. If something has not grown, all that is shown or
// judged is looked at, so that the groups have its faults.
Service::Values Service::look_at_step(WindowGroups& groups, const Subjects& subjects) const {
  Look look(groups);
  Values values;
  for (const auto& tile : tiles(subjects, look, {})) values.emplace(tile.label, tile.number.value_or(kUnknown));
  auto all = subjects.all();
  for (const auto& target : promises_.targets.targets) all.push_back(&target);
  if (has_grown(groups.window(), all)) return values;
  for (const auto* subject : all) static_cast<void>(look.see(*subject));
  return values;
}

void Service::keep_past(const Values& values) {
  for (const auto& [label, value] : values) past_.try_emplace(label);
  for (auto& [label, past] : past_) {
    const auto found = values.find(label);
    keep(past, found == values.end() ? kUnknown : found->second);
  }
}

void Service::look(const Window& window, const Subjects& subjects) {
  static const Scrape nothing;
  WindowGroups groups(window);
  Look look(groups);
  WindowGroups all(Window{nothing, window.after, std::nullopt, std::nullopt, Continuity{}});
  auto since_start = Look::since_start(all);
  Judgement judgement;
  // Before the second scrape nothing has happened, of which nobody need be told.
  if (window.seconds) judgement = judge(promises_.targets, groups);
  model_.seconds = window.seconds;
  model_.fault = look.fault();
  model_.tiles = tiles(subjects, look, judgement);
  for (auto& tile : model_.tiles) {
    if (const auto past = past_.find(tile.label); past != past_.end()) tile.past = past->second;
  }
  model_.tables = tables(subjects, promises_, look, since_start, judgement);
  model_.verdict = judgement.rows.empty() ? std::nullopt : std::optional(worst(judgement.rows));
  model_.summary = judgement.rows.empty() ? "" : words(judgement);
}

void Service::fail(double wall, const std::string& reason) {
  if (model_.failure.empty()) model_.failing_since = wall;
  const auto address = model_.source + ": ";  // which is shown beside it
  model_.failure = reason.starts_with(address) ? reason.substr(address.size()) : reason;
  for (auto& [label, past] : past_) keep(past, kUnknown);
  for (auto& tile : model_.tiles) keep(tile.past, kUnknown);
}

}  // namespace vitals::tool
