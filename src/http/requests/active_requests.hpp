#pragma once

#include <memory>
#include <string>

#include <vitals/counter.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

// The requests under way in a scope: those started less those finished. Two sharded counts rather than a gauge,
// whose one cell all threads would write twice per request. Never negative: a request's start is counted before
// its finish, and the reader reads the finishes first. A request that starts and ends between the two reads is counted
// as active, once.
class ActiveRequests {
 public:
  /// The one of this scope and name, shared by all HttpMetrics in it.
  static std::shared_ptr<ActiveRequests> of(const Scope& scope, const std::string& name, const std::string& help);

  ActiveRequests(const Scope& scope, const std::string& name, const std::string& help);

  /// To be counted up when a request starts, and when it finishes. Live as long as this.
  [[nodiscard]] Counter& started() noexcept { return started_; }
  [[nodiscard]] Counter& finished() noexcept { return finished_; }
  [[nodiscard]] double value() const noexcept;

 private:
  Registry counts_;  // never exposed; owns the two counters
  Counter& started_;
  Counter& finished_;
  CollectorToken token_;
};

}  // namespace vitals::detail
