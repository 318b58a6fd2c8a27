#include "tool/load/open_loop.hpp"

#include <chrono>

namespace vitals::tool {
std::vector<Stage> stages_of(const Scenario& scenario) {
  if (!scenario.stages.empty()) return scenario.stages;
  return {{scenario.rate, scenario.rate, scenario.duration}};
}

double duration_of(const Scenario& scenario) {
  if (scenario.stages.empty()) return scenario.duration;
  double seconds = 0;
  for (const auto& stage : scenario.stages) seconds += stage.seconds;
  return seconds;
}

std::discrete_distribution<std::size_t> weights_of(const Scenario& scenario) {
  std::vector<double> weights;
  for (const auto& plan : scenario.requests) weights.push_back(plan.weight);
  return {weights.begin(), weights.end()};
}

OpenLoop::OpenLoop(const LoadContext& context, std::size_t connections)
    : Worker(context),
      arrivals_(stages_of(context.scenario), context.scenario.pace, {context.number, context.of},
                context.scenario.seed + context.number),
      values_(context.setup.of_thread(context.scenario.seed, context.number, context.of)),
      next_plan_(weights_of(context.scenario)),
      last_call_(context.start + clock_time(duration_of(context.scenario) + context.scenario.timeout)) {
  for (std::size_t i = 0; i < connections; ++i) {
    all_.push_back(std::make_unique<Exchange>(context.server, poller_));
    idle_.push_back(all_.back().get());
  }
}

void OpenLoop::begin_due(LoadClock::time_point now) {
  if (now >= last_call_) no_more(now);
  while (const auto after = arrivals_.due()) {
    const auto due = context_.start + *after;
    if (due > now) {
      now = LoadClock::now();
      if (due > now) {
        has_waited_ = false;
        return;
      }
    }
    if (idle_.empty()) {
      has_waited_ = true;
      return;
    }
    arrivals_.take();
    auto& exchange = *idle_.back();
    idle_.pop_back();
    note_lateness(now - due);
    begin(exchange, next_plan_(values_.random()), due, now);
  }
}

void OpenLoop::note_lateness(LoadClock::duration lateness) {
  if (lateness <= kLate) return;
  ++(!has_waited_ ? tally_.sent_late : has_no_connection_ ? tally_.unconnected : tally_.waited);
}

LoadClock::time_point OpenLoop::next_due() const {
  const auto after = arrivals_.due();
  return after && !idle_.empty() ? context_.start + *after : LoadClock::time_point::max();
}

void OpenLoop::ended(Exchange& exchange, const Outcome& outcome, LoadClock::time_point /*now*/) {
  has_no_connection_ = outcome.failure == Failure::NoConnection || outcome.failure == Failure::NoTls;
  idle_.push_back(&exchange);
}

void OpenLoop::no_more(LoadClock::time_point now) { tally_.unsent += arrivals_.end(now - context_.start); }

std::vector<Exchange*> OpenLoop::exchanges() {
  std::vector<Exchange*> result;
  for (const auto& exchange : all_) result.push_back(exchange.get());
  return result;
}

}  // namespace vitals::tool
