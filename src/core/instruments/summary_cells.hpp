#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/summary.hpp>

#include "core/cells/log_cells.hpp"

namespace vitals::detail {

/// What the summaries of a family have in common.
struct SummaryRules {
  LogRules cells;
  const Clock* clock;
  std::int64_t slice;  ///< nanoseconds
};

/// The q-quantile, to within the error that Summary promises.
[[nodiscard]] double quantile_of(const std::vector<SummarySnapshot::Bucket>& window, std::uint64_t count,
                                 double q) noexcept;

/// A summary's numbers. The cells count from the beginning of time and are never cleared; where a slice of time begins,
/// whoever comes first keeps a copy of the counts, its baseline. What the window holds is the cells without the
/// baseline of its first slice. So a recorder that is late, or goes on while the copy is taken, is counted a slice too
/// early or too late, and nothing else. All zero is a valid state: the series was removed.
class SummaryCells final : public Summary {
 public:
  struct Totals {
    std::uint64_t count;
    double sum;
  };

  /// REQUIRES: zeroed memory of bytes().
  SummaryCells(const SummaryRules& rules, bool alone) noexcept;
  static std::size_t bytes(const SummaryRules& rules) noexcept;

  void observe(double v) noexcept {
    const SummaryRules* rules = rules_;
    if (rules == nullptr) [[unlikely]]
      return;
    const std::int64_t now = rules->clock->steady_nanos();
    if (now >= slice_end_.load(std::memory_order_relaxed)) [[unlikely]]
      begin_slice(*rules, now);
    cells_.observe(v);
  }
  void observe(double v, std::uint64_t n) noexcept;
  void retire() noexcept { cells_.retire(); }
  void cool() noexcept { cells_.cool(); }

  /// Fills `window` with what it holds, by ascending value. Allocates nothing that it had room for before.
  Totals read(std::vector<SummarySnapshot::Bucket>& window) const;
  [[nodiscard]] const LogCells& cells() const noexcept { return cells_; }

 private:
  void begin_slice(const SummaryRules& rules, std::int64_t now) noexcept;
  [[nodiscard]] std::int64_t current_slice(const SummaryRules& rules) const noexcept;
  [[nodiscard]] std::int64_t first_slice(const SummaryRules& rules) const noexcept;
  [[nodiscard]] std::atomic<std::int64_t>& slice_of(const SummaryRules& rules, std::int64_t slice) const noexcept;
  Totals collect(const SummaryRules& rules, std::int64_t first, std::vector<SummarySnapshot::Bucket>& window) const;

  const SummaryRules* rules_;
  // When the current slice ends. Moved by compare-and-swap: who does it takes the copy, and nobody waits for that.
  // Relaxed: what was recorded meanwhile may count on either side.
  std::atomic<std::int64_t> slice_end_;
  // Behind it lie its first layout and then, for each baseline, the number of its slice.
  LogCells cells_;
};
static_assert(sizeof(SummaryCells) == 64);

}  // namespace vitals::detail
