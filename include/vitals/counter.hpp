#pragma once

#include <atomic>
#include <bit>
#include <concepts>
#include <cstdint>
#include <exception>
#include <utility>

#include <vitals/detail/cells.hpp>
#include <vitals/detail/whole.hpp>
#include <vitals/exemplar.hpp>

namespace vitals {

namespace detail {
struct Access;
struct ExemplarSlots;
}  // namespace detail

class Counter;

/// Counts, when it ends, whether an exception ended it: Counter::count_exceptions().
/// Move-only, for one thread. Must not outlive the counter's registry.
class [[nodiscard("it counts the exception that ends its scope: keep it in a variable")]] ExceptionCount {
 public:
  explicit ExceptionCount(Counter & counter) noexcept : counter_{&counter} {}
  ExceptionCount(ExceptionCount && other) noexcept
      : counter_{std::exchange(other.counter_, nullptr)}, before_{other.before_} {}
  ExceptionCount& operator=(ExceptionCount&&) = delete;
  ~ExceptionCount();

 private:
  Counter* counter_;
  int before_ = std::uncaught_exceptions();
};

/// A count that only goes up.
/// Thread-safe: any member from any thread or signal handler, no locks.
/// Cost: inc() one plain addition, no cache line that other CPUs write; value() a read per CPU. 40 bytes, and 16 per
/// CPU once it is spread: from birth without labels, as one of a family when it is hot (docs/design.md); until then
/// inc() is one locked instruction. Lifetime: owned by its Registry; a reference is valid as long as the Registry,
/// after the series was removed too.
class Counter {
 public:
  Counter() = default;
  Counter(const Counter&) = delete;  // keep a reference: auto& c = registry.counter(…)
  Counter& operator=(const Counter&) = delete;

  /// Adds 1.
  void inc() noexcept { add_whole(1); }

  /// Adds n; one that is negative, or 2^64 and more, is dropped and counted in vitals_invalid_updates_total.
  template <std::integral T>
  void inc(T n) noexcept {
    if (!detail::is_count(n)) [[unlikely]]
      return detail::drop_update();
    add_whole(static_cast<std::uint64_t>(n));
  }
  void inc(std::floating_point auto v) noexcept { add(static_cast<double>(v)); }

  /// Adds v, which may have a fraction; NaN, negative values and those from 2^64 on are dropped and counted.
  /// Whole numbers stay exact up to 2^64, where they begin again at 0; fractions are summed as double, beside them.
  void add(double v) noexcept {
    if (std::bit_cast<std::uint64_t>(v) >= kExact) [[unlikely]]  // or negative, or NaN: the bits ascend as values do
      return add_large(v);
    const auto whole = static_cast<std::uint64_t>(v);
    if (static_cast<double>(whole) == v) return add_whole(whole);
    if (!detail::add<sizeof(std::uint64_t)>(head_, v)) [[unlikely]]
      add_slow(v);
  }

  /// The same with an exemplar, of which the newest shows: inc(1, {{"trace_id", id}}). Adds in any case; the exemplar
  /// is left out if another thread writes one at that moment. Costs some 100 ns, and 256 bytes from the first on.
  template <std::integral T>
  void inc(T n, ExemplarLabels exemplar) noexcept {
    if (!detail::is_count(n)) [[unlikely]]
      return detail::drop_update();
    inc_with(static_cast<std::uint64_t>(n), exemplar);
  }
  void inc(std::floating_point auto v, ExemplarLabels exemplar) noexcept { add(static_cast<double>(v), exemplar); }
  void add(double v, ExemplarLabels exemplar) noexcept;

  /// For a count that is kept elsewhere: makes value() at least `total`, and changes nothing if it is already. What is
  /// negative, NaN, or 2^64 and more is dropped and counted. Of several threads the greatest total holds: value() never
  /// goes down, and never beyond the greatest that was given. What inc() and add() counted before is part of the total,
  /// what they count meanwhile or later comes on top; so leave the counter to one of the two. Whole numbers stay exact
  /// up to 2^64, unless add() gives it fractions too. Costs as much as value(), and a locked instruction if it changes
  /// something.
  template <std::integral T>
  void raise_to(T total) noexcept {
    if (!detail::is_count(total)) [[unlikely]]
      return detail::drop_update();
    raise_to_whole(static_cast<std::uint64_t>(total));
  }
  void raise_to(std::floating_point auto total) noexcept { raise_to_double(static_cast<double>(total)); }

  /// Adds 1 when the result dies because an exception passes: `auto failed = errors.count_exceptions();`
  ExceptionCount count_exceptions() noexcept { return ExceptionCount{*this}; }

  /// Every increment that happened before this call, and perhaps some that overlap it. Never goes down while its series
  /// lives, unless the whole numbers wrap, at 2^64 (1.8e19): readers take that for a restart.
  [[nodiscard]] double value() const noexcept;

 private:
  friend detail::Access;
  static constexpr std::uint64_t kExact = 0x4340'0000'0000'0000;  // the bits of 2^53: above it every double is whole

  void add_whole(std::uint64_t n) noexcept {
    if (!detail::add<0>(head_, n)) [[unlikely]]
      add_slow(n);
  }
  void add_slow(std::uint64_t n) noexcept;
  void add_slow(double v) noexcept;
  void add_large(double v) noexcept;
  void inc_with(std::uint64_t n, ExemplarLabels exemplar) noexcept;
  void raise_to_whole(std::uint64_t total) noexcept;
  void raise_to_double(double total) noexcept;

  detail::CellHead head_;
  std::atomic<std::uint64_t> whole_{0};  // relaxed, as the stripes: they publish nothing else
  // Beside fractions whole numbers up to 2^53, those that raise_to() gave.
  std::atomic<double> fraction_{0};
  std::atomic<detail::ExemplarSlots*> exemplars_{nullptr};  // src/core/exemplars/exemplar_slots.hpp
};

inline ExceptionCount::~ExceptionCount() {
  if (counter_ != nullptr && std::uncaught_exceptions() > before_) counter_->inc();
}

/// What f() returns; adds 1 to the counter if it throws.
template <class F>
decltype(auto) count_exceptions(Counter& counter, F&& f) {
  const auto count = counter.count_exceptions();
  return std::forward<F>(f)();
}

}  // namespace vitals
