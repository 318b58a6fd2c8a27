#pragma once

#include <concepts>
#include <cstdint>

#include <vitals/detail/cells.hpp>

namespace vitals {

namespace detail {
struct Access;
}

/// A count that only goes up.
/// Thread-safe: any member from any thread or signal handler, no locks.
/// Cost: inc() one plain addition, no cache line that other CPUs write; value() a read per CPU. 16 bytes per CPU.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry.
class Counter {
 public:
  explicit Counter(std::byte* cells) noexcept : cells_{cells} {}
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;

  /// Adds 1.
  void inc() noexcept { detail::add(cells_, std::uint64_t{1}); }

  /// Adds n; a negative n is dropped and counted in vitals_invalid_updates_total.
  template <std::integral T>
  void inc(T n) noexcept {
    if constexpr (std::signed_integral<T>) {
      if (n < 0) [[unlikely]]
        return detail::drop_update();
    }
    detail::add(cells_, static_cast<std::uint64_t>(n));
  }
  void inc(std::floating_point auto v) noexcept { add(v); }

  /// Adds v, which may have a fraction; NaN, negative values and those from 2^64 on are dropped and counted.
  /// Whole numbers stay exact up to 2^64; fractions are summed as double, beside them.
  void add(double v) noexcept {
    if (!(v >= 0 && v < kExact)) [[unlikely]]
      return add_large(v);
    const auto whole = static_cast<std::uint64_t>(v);
    if (static_cast<double>(whole) == v) return detail::add(cells_, whole);
    detail::add(cells_ + sizeof(std::uint64_t), v);
  }

  /// Every increment that happened before this call, and perhaps some that overlap it. Never goes down.
  [[nodiscard]] double value() const noexcept;

 private:
  friend detail::Access;
  static constexpr double kExact = 9007199254740992;  // 2^53: above it every double is whole

  void add_large(double v) noexcept;

  std::byte* cells_;  // two cells: whole numbers (u64), fractions (double)
};

}  // namespace vitals
