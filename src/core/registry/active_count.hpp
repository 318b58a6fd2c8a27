#pragma once

#include <memory>
#include <string>

#include <vitals/counter.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

// A gauge of what is under way: of what was started, less what has finished. Two sharded counts rather than a gauge,
// whose one cell all threads would write twice each time. Never negative: a start is counted before its finish, and the
// reader reads the finishes first. What starts and ends between the two reads is counted as active, once.
class ActiveCount {
 public:
  /// The one of this scope and name, shared by all who ask for it; the gauge is exposed as long as one of them lives.
  static std::shared_ptr<ActiveCount> of(const Scope& scope, const std::string& name, const std::string& help);

  ActiveCount(const Scope& scope, const std::string& name, const std::string& help);

  /// To be counted up at a start, and at its finish. Live as long as this.
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
