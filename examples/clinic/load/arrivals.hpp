#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

namespace clinic_load {

using Clock = std::chrono::steady_clock;

enum class Pace {
  Constant,  ///< evenly spaced
  Poisson,   ///< independent of each other, as many users are
  Max,       ///< as soon as a connection is free: a closed loop, for saturation
};

/// When requests are due. The series doesn't wait for answers: a server that stalls finds the requests of that time
/// waiting, and their latency counts from when they were due (no coordinated omission). Not thread-safe.
class Arrivals {
 public:
  Arrivals(Pace pace, double rate, Clock::time_point start, Clock::duration length, std::uint64_t seed);

  /// The earliest request that was not taken yet, or nothing when all were.
  [[nodiscard]] std::optional<Clock::time_point> due() const;
  /// REQUIRES: due().
  void take();
  /// Ends the series now; gives how many requests before `now` were due and not taken.
  std::uint64_t end(Clock::time_point now);

 private:
  Pace pace_;
  double rate_;
  Clock::time_point start_;
  Clock::time_point end_;
  std::mt19937_64 random_;
  std::uint64_t taken_ = 0;
  double next_ = 0;  // seconds after start_
};

}  // namespace clinic_load
