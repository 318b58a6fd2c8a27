#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>

#include <vitals/http/http_metrics.hpp>
#include <vitals/registry.hpp>

#include "http/requests/active_requests.hpp"
#include "http/requests/route.hpp"
#include "http/requests/route_trie.hpp"

namespace vitals::detail {

// The hidden half of HttpMetrics: its families, its routes, and the series of each route and method.
class HttpMetricsImpl {
 public:
  HttpMetricsImpl(Registry& registry, const HttpOptions& options);

  Route& add(std::string_view route);
  Route& learn(std::string_view pattern);

  [[nodiscard]] Route* match(std::string_view path) const noexcept { return listed_.match(path); }
  [[nodiscard]] Route* find(std::string_view pattern) const noexcept;
  [[nodiscard]] Route& unmatched() noexcept { return unmatched_; }
  [[nodiscard]] Route& static_files() noexcept { return static_files_; }

  void started() noexcept { active_->started(); }
  void finished() noexcept { active_->finished(); }
  /// Counts and times a request. A status of -1 counts as `_OTHER`.
  void record(Route& route, std::uint8_t method, int status, std::chrono::steady_clock::duration duration) noexcept;

 private:
  RouteSeries& series(Route& route, std::uint8_t method);
  Counter& requests(const Route& route, RouteSeries& series, std::uint8_t method, int status);
  Route& emplace(std::string_view pattern, RouteTrie& trie);

  Family<Counter, 3>& requests_total_;
  Family<Histogram, 2>& duration_seconds_;
  const std::shared_ptr<ActiveRequests> active_;
  const std::size_t max_routes_;

  std::mutex mutex_;          // taken to add a route or the series of a method, not to find one
  std::deque<Route> routes_;  // deques, so that routes and series never move
  std::deque<RouteSeries> all_series_;
  RouteTrie listed_;
  RouteTrie learned_;  // apart, so that what was learned by a request never changes what another one counts as
  Route unmatched_{"_unmatched"};
  Route static_files_{"_static"};
  Route overflow_{"_overflow"};
};

}  // namespace vitals::detail
