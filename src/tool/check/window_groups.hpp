#pragma once
#include <deque>
#include <exception>
#include <utility>
#include <vector>

#include "tool/check/continuity.hpp"
#include "tool/check/growth.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

/// groups() of a window, counted once for all targets that are about the same series: p50, p95 and p99 of one
/// histogram. Lifetime: the window's scrapes must outlive it.
class WindowGroups {
 public:
  explicit WindowGroups(const Window& window);

  [[nodiscard]] const Window& window() const { return window_; }
  [[nodiscard]] const Continuity& process() const { return process_; }
  /// As groups(); throws the same each time.
  const std::vector<Group>& of(const Target& target);
  /// Of those that were asked for, the ones about which nothing can be told, though something happened.
  [[nodiscard]] std::vector<const Target*> faulty() const;

 private:
  struct Counted {
    Target target;
    std::vector<Group> groups{};
    std::exception_ptr fault{};
    bool is_new = false;  ///< nothing happened yet, which is no fault
  };

  Window window_;
  Continuity process_;
  std::deque<Counted> counted_;
};

}  // namespace vitals::tool
