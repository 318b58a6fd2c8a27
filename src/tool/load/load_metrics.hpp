#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <vitals/vitals.hpp>

#include "tool/load/tally.hpp"

namespace vitals::tool {

/// The load's own metrics: those that the service has too, as the client saw them, so that the same targets judge them.
/// Thread-safe.
class LoadMetrics {
 public:
  /// A request without a good answer has this status here, so that it counts as an error of the service.
  static constexpr int kFailed = 599;

  /// Of these requests, no two of which are of one route. `thresholds`: of targets, in seconds; they are bounds of
  /// buckets, so that what is judged by them is exact.
  LoadMetrics(const std::vector<RequestPlan>& requests, const std::vector<double>& thresholds);

  /// A request was begun.
  void sent() noexcept { sent_.inc(); }
  /// And has ended.
  void record(std::size_t request, const Outcome& outcome, double seconds);

  [[nodiscard]] std::uint64_t sent_so_far() const { return static_cast<std::uint64_t>(sent_.value()); }
  [[nodiscard]] std::uint64_t failed_so_far() const { return static_cast<std::uint64_t>(failed_.value()); }
  [[nodiscard]] HistogramSnapshot latency(std::size_t request) const { return routes_[request]->latency->snapshot(); }
  /// Of all requests together.
  [[nodiscard]] HistogramSnapshot latency() const;
  [[nodiscard]] const Registry& registry() const { return registry_; }

 private:
  struct Route {
    Histogram* latency;
    std::array<std::atomic<Counter*>, kFailed + 1> statuses{};  // found once, as a look-up takes longer than the rest
  };

  Counter& counter_of(std::size_t request, int status);

  Registry registry_;
  const std::vector<RequestPlan>& requests_;
  Counter& sent_;
  Counter& failed_;
  Family<Counter, 3>& counts_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace vitals::tool
