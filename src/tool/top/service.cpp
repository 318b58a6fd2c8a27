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

void Service::tell(double wall, std::string event) {
  model_.event = std::move(event);
  model_.event_at = wall;
}

// What happened between the last two scrapes, if they aren't of one process or have too long a time between them.
std::string Service::restart(const Window& step) const {
  if (*step.seconds > std::chrono::duration<double>(length_).count() * 2)
    return fmt::format("no answer for {}, so the window begins anew", window_text(*step.seconds));
  const auto process = continuity(step.before, step.after);
  if (process.kind == Continuity::Kind::Restarted) return process.reason;
  return format_mismatch(step.before, step.after);
}

void Service::add(Clock::time_point at, double wall, const Exposed& exposed) {
  const auto previous = history_.add(at, exposed, model_.source);
  const auto& last = *history_.last();
  const auto chosen = subjects(promises_, last.names());
  std::string event;
  if (previous) {
    const Window step{*previous, last, seconds_between(*last_at_, at), wall};
    event = restart(step);
    keep_past(step, chosen, !event.empty());
  }
  last_at_ = at;
  if (!event.empty()) {
    tell(wall, std::move(event));
    history_.begin_anew();
  }
  model_.at = wall;
  model_.failure.clear();
  model_.started.reset();
  for (const auto& [labels, start] : last.process_starts())
    model_.started = std::max(model_.started.value_or(0), start);
  auto window = history_.window();
  if (window) window->now = wall;
  look(window ? *window : Window{last, last, std::nullopt, wall}, chosen);
}

// The values of the tiles over the time since the scrape before; none of them is judged.
void Service::keep_past(const Window& step, const Subjects& subjects, bool was_restarted) {
  std::map<std::string, double> now;
  if (!was_restarted) {
    WindowGroups groups(step);
    Look look(groups);
    for (const auto& tile : tiles(subjects, look, {})) now.emplace(tile.label, tile.number.value_or(kUnknown));
  }
  for (const auto& [label, value] : now) past_.try_emplace(label);
  for (auto& [label, past] : past_) {
    const auto found = now.find(label);
    keep(past, found == now.end() ? kUnknown : found->second);
  }
}

// Why a window that began with its last scrape could tell what this one can't: something went back, vanished or was
// made anew within it.
std::string Service::reset(WindowGroups& groups) const {
  const auto& last = groups.window().after;
  WindowGroups anew({last, last, std::nullopt, groups.window().now});
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
  if (!window.seconds) return;
  if (auto why = reset(groups); !why.empty()) {
    tell(model_.at, "counters were reset: " + why);
    history_.begin_anew();
  }
}

void Service::fail(double wall, const std::string& reason) {
  if (model_.failure.empty()) model_.failing_since = wall;
  model_.failure = reason;
  for (auto& [label, past] : past_) keep(past, kUnknown);
  for (auto& tile : model_.tiles) keep(tile.past, kUnknown);
}

}  // namespace vitals::tool
