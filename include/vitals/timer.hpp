#pragma once

#include <chrono>
#include <utility>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Histogram;
class Summary;

/// Observes the time from its making to its end, in seconds: Histogram::time(), Summary::time().
/// Move-only, for one thread at a time; observes exactly once, unless discarded. Must not outlive the instrument.
/// Cost: two reads of the steady clock and one observation.
template <class Instrument>
class BasicTimer {
 public:
  explicit BasicTimer(Instrument& instrument) noexcept
      : instrument_{&instrument}, start_{std::chrono::steady_clock::now()} {}
  BasicTimer(BasicTimer&& other) noexcept
      : instrument_{std::exchange(other.instrument_, nullptr)}, start_{other.start_} {}
  BasicTimer& operator=(BasicTimer&& other) noexcept {
    if (this != &other) {
      stop();
      instrument_ = std::exchange(other.instrument_, nullptr);
      start_ = other.start_;
    }
    return *this;
  }
  ~BasicTimer() { stop(); }

  /// Observes now rather than at the end; later calls do nothing.
  void stop() noexcept {
    if (instrument_ != nullptr) std::exchange(instrument_, nullptr)->observe(elapsed());
  }
  /// Ends without an observation.
  void discard() noexcept { instrument_ = nullptr; }
  [[nodiscard]] std::chrono::steady_clock::duration elapsed() const noexcept {
    return std::chrono::steady_clock::now() - start_;
  }

 private:
  Instrument* instrument_;
  std::chrono::steady_clock::time_point start_;
};

using Timer = BasicTimer<Histogram>;
using SummaryTimer = BasicTimer<Summary>;

}  // namespace vitals
