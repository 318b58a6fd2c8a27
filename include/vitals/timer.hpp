#pragma once

#include <chrono>
#include <utility>

namespace vitals {

class Histogram;

/// Observes the time from its making to its end, in seconds: Histogram::time().
/// Move-only, for one thread at a time; observes exactly once, unless discarded. Must not outlive the histogram.
/// Cost: two reads of the steady clock and one observation.
class Timer {
 public:
  explicit Timer(Histogram& histogram) noexcept : histogram_{&histogram}, start_{std::chrono::steady_clock::now()} {}
  Timer(Timer&& other) noexcept : histogram_{std::exchange(other.histogram_, nullptr)}, start_{other.start_} {}
  Timer& operator=(Timer&& other) noexcept {
    if (this != &other) {
      stop();
      histogram_ = std::exchange(other.histogram_, nullptr);
      start_ = other.start_;
    }
    return *this;
  }
  ~Timer() { stop(); }

  /// Observes now rather than at the end; later calls do nothing.
  void stop() noexcept;
  /// Ends without an observation.
  void discard() noexcept { histogram_ = nullptr; }
  [[nodiscard]] std::chrono::steady_clock::duration elapsed() const noexcept {
    return std::chrono::steady_clock::now() - start_;
  }

 private:
  Histogram* histogram_;
  std::chrono::steady_clock::time_point start_;
};

}  // namespace vitals
