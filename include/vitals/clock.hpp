#pragma once

#include <cstdint>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// Where a registry takes the time from: for timestamps, for the windows of summaries, for series that expire.
/// Thread-safe, as overrides must be. Timers read std::chrono::steady_clock, whatever the registry has.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Nanoseconds since the Unix epoch.
  [[nodiscard]] virtual std::int64_t unix_nanos() const noexcept;
  /// Nanoseconds since some moment, never going back, coarse: to within about 4 ms, for 3 ns.
  [[nodiscard]] virtual std::int64_t steady_nanos() const noexcept;

  /// The clock of the machine.
  [[nodiscard]] static const Clock& real() noexcept;
};

}  // namespace vitals
