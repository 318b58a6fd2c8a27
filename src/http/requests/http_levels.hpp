#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/counter.hpp>
#include <vitals/dynamic_family.hpp>
#include <vitals/http/http_options.hpp>
#include <vitals/scope.hpp>
#include <vitals/service_levels.hpp>

#include "http/requests/route_pattern.hpp"

namespace vitals::detail {

// The requests that count for one objective on times, and those that took longer than its target.
class TimedEvents {
 public:
  TimedEvents(Counter& events, Counter& bad, std::chrono::nanoseconds target) noexcept
      : events_{events}, bad_{bad}, target_{target} {}

  /// Of all, and of the bad ones: exactly what a bucket with the target as its bound tells.
  void count(std::chrono::nanoseconds duration) const noexcept {
    events_.inc();
    if (duration > target_) bad_.inc();
  }

 private:
  Counter& events_;
  Counter& bad_;
  const std::chrono::nanoseconds target_;
};

// What service levels want of HTTP requests: events and bad events of each objective, and the budget of each endpoint.
// Thread-safe. Recording takes no lock and no memory.
class HttpLevels {
 public:
  /// The levels of the options, or null. Throws std::invalid_argument, naming each, if there are mistakes in them, with
  /// the options' bounds or with their routes; and if another HttpMetrics in the scope has other levels, since all
  /// count into the same series.
  [[nodiscard]] static std::shared_ptr<const ServiceLevels> accepted(const Scope& scope, const HttpOptions& options);

  /// `levels` are accepted(); `method` and `endpoint` are how these labels are called.
  HttpLevels(const Scope& scope, std::shared_ptr<const ServiceLevels> levels, std::string_view method,
             std::string_view endpoint);

  /// The own bounds of a route, with the thresholds that its requests have. Throws std::invalid_argument, naming the
  /// route, if one of its methods has a threshold that is not below the last bound.
  [[nodiscard]] Buckets own_buckets(const Buckets& base, const RouteText& route, const RouteSpec& spec) const;

  /// What the class of an endpoint counts; null if it has none. Makes the series of its budget.
  const TimedEvents* meet(std::string_view method, std::string_view endpoint) const;

  /// A request of that class, if there is one, that has a duration.
  void timed(const TimedEvents* of_class, std::chrono::nanoseconds duration) const noexcept {
    for (const auto& events : latency_) events.count(duration);
    if (of_class != nullptr) of_class->count(duration);
  }
  /// A request that was answered; the status is as known_status() has it.
  void answered(std::int16_t status) const noexcept {
    const bool is_bad = status > 0 && is_bad_[static_cast<std::size_t>(status)];
    for (const auto& [events, bad] : answers_) {
      events->inc();
      if (is_bad) bad->inc();
    }
  }

 private:
  // Of a method and endpoint, each null if it has none.
  struct Budget {
    const EndpointLevel* of_class = nullptr;
    const EndpointLevel* by_route = nullptr;
    const TimedEvents* events = nullptr;
  };
  struct Answers {
    Counter* events;
    Counter* bad;
  };

  [[nodiscard]] Budget budget_of(std::string_view method, std::string_view endpoint) const;
  void add_list(const std::vector<EndpointLevel>& list, const EndpointLevel* Budget::*member);

  const std::shared_ptr<const ServiceLevels> levels_;
  DynamicFamily<Gauge>* budgets_ = nullptr;
  const std::string method_, endpoint_;  // names of labels
  std::vector<TimedEvents> latency_;
  std::vector<Answers> answers_;
  std::deque<TimedEvents> classes_;                         // a deque, so that none moves
  std::map<std::string, Budget, std::less<>> by_endpoint_;  // by "GET /path/{}"
  Budget others_;
  std::array<bool, 600> is_bad_{};
};

}  // namespace vitals::detail
