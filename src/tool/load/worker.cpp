#include "tool/load/worker.hpp"

#include <algorithm>
#include <chrono>

#include <sys/prctl.h>

namespace vitals::tool {
namespace {

double seconds_between(LoadClock::time_point from, LoadClock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

LoadClock::duration clock_time(double seconds) {
  return std::chrono::duration_cast<LoadClock::duration>(std::chrono::duration<double>{seconds});
}

std::vector<const RequestPlan*> plans_of(const Scenario& scenario) {
  std::vector<const RequestPlan*> plans;
  for (const auto* list : {&scenario.requests, &scenario.setup, &scenario.user_setup})
    for (const auto& plan : *list) plans.push_back(&plan);
  return plans;
}

Outcome outcome_of(const Exchange& exchange, const RequestPlan& plan, Values& values) {
  if (exchange.failure() != Failure::None) return {0, exchange.failure(), exchange.error()};
  Outcome outcome;
  outcome.status = exchange.answer().status();
  if (const auto failed = plan.expect.failed_check(exchange.answer())) {
    outcome.failed_check = *failed;
  } else if (!extract(plan.extractions, exchange.answer(), values).empty()) {
    outcome.failure = Failure::NoValue;
  }
  return outcome;
}

Worker::Worker(const LoadContext& context)
    : context_(context),
      tally_(0),
      plans_(plans_of(context.scenario)),
      timeout_(clock_time(context.scenario.timeout)),
      scan_interval_(
          std::clamp<LoadClock::duration>(timeout_ / 20, std::chrono::milliseconds{1}, std::chrono::milliseconds{100})),
      next_scan_(context.start) {
  tally_.routes.resize(plans_.size());
}

void Worker::run() {
  ::prctl(PR_SET_TIMERSLACK, 1);  // else the kernel lets each wait end some 50 µs late
  for (;;) {
    auto now = LoadClock::now();
    if (stopping_.exchange(false, std::memory_order_relaxed)) no_more(now);
    if (now >= next_scan_) give_up_late(now);
    begin_due(now);
    if (is_over()) return;
    for (const auto& event : poller_.wait(std::min(next_due(), next_scan_))) {
      if (event.data.ptr == nullptr) continue;
      auto& exchange = static_cast<Exchange&>(*static_cast<Connection*>(event.data.ptr));
      const bool was_busy = exchange.is_busy();
      exchange.go_on((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, LoadClock::now());
      if (was_busy && !exchange.is_busy()) finish(exchange);
    }
  }
}

void Worker::stop() {
  stopping_.store(true, std::memory_order_relaxed);
  poller_.wake();
}

void Worker::begin(Exchange& exchange, std::size_t plan, LoadClock::time_point due, LoadClock::time_point now) {
  auto& values = values_of(exchange);
  values.draw(plans_[plan]->drawn);
  write_request(exchange.request, body_, *plans_[plan], values, context_.server.authority);
  exchange.plan = plan;
  exchange.due = due;
  if (plan < context_.scenario.requests.size()) {
    context_.metrics.sent();
    tally_.last_sent = std::max(tally_.last_sent, seconds_between(context_.start, now));
  }
  exchange.start(plans_[plan]->wanted(), now);
  if (!exchange.is_busy()) finish(exchange);
}

void Worker::finish(Exchange& exchange) {
  const auto now = LoadClock::now();
  const auto outcome = outcome_of(exchange, *plans_[exchange.plan], values_of(exchange));
  if (outcome.failure == Failure::NoTls && tally_.tls_fault.empty()) tally_.tls_fault = exchange.tls_fault();
  const double seconds = seconds_between(exchange.due, now);
  tally_.routes[exchange.plan].add(outcome, seconds);
  if (exchange.plan < context_.scenario.requests.size()) context_.metrics.record(exchange.plan, outcome, seconds);
  ended(exchange, outcome, now);
}

void Worker::give_up_late(LoadClock::time_point now) {
  next_scan_ = now + scan_interval_;
  for (auto* exchange : exchanges()) {
    if (!exchange->is_busy() || now - exchange->begun() < timeout_) continue;
    exchange->time_out();
    finish(*exchange);
  }
}

}  // namespace vitals::tool
