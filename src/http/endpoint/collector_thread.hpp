#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/registry/registry_state.hpp"

namespace vitals::detail {

// Asks collectors, one after the other, on a thread of its own. One that takes too long is given up: its thread is left
// to it, and a new one asks the others. Until it returns it is not asked again.
class CollectorThread {
 public:
  using Clock = std::chrono::steady_clock;
  using Collectors = std::vector<std::shared_ptr<Collector>>;

  /// on_change is called on that thread when there is something new for the caller of begin().
  CollectorThread(std::chrono::milliseconds limit, std::function<void()> on_change);
  ~CollectorThread();
  CollectorThread(const CollectorThread&) = delete;
  CollectorThread& operator=(const CollectorThread&) = delete;

  // For one thread, which calls begin(), then what follows as often as it likes, then end(); skip_rest() for any.

  /// Throws std::bad_alloc.
  void begin(const Collectors& collectors);
  [[nodiscard]] bool is_done() const;
  /// When the collector that is being asked will be late; not before the one that is next would be.
  [[nodiscard]] Clock::time_point deadline() const;
  /// Gives up the collector that is being asked, if it is late.
  void give_up_late();
  /// Those that were not asked yet are not asked.
  void skip_rest();
  /// What they have given so far: a copy.
  [[nodiscard]] std::vector<GivenFamilies> so_far() const;
  struct Given {
    std::vector<GivenFamilies> families;
    Collectors late;  // those that were given up, and those that were not asked since they are still at it
  };
  [[nodiscard]] Given end();

  /// Ends the thread, if need be by leaving it to the collector that it asks, when that time has passed.
  void stop(std::chrono::milliseconds patience) noexcept;
  /// From any thread: the end of the process waits no more for the collector that is being asked.
  void let_process_end() noexcept;

 private:
  struct State;

  static void run(const std::shared_ptr<State>& state, unsigned int generation);
  void ensure_thread();

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace vitals::detail
