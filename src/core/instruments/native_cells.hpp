#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include <vitals/histogram.hpp>
#include <vitals/native.hpp>
#include <vitals/snapshot.hpp>

#include "core/cells/log_cells.hpp"

namespace vitals::detail {

/// What the native histograms of a family have in common.
struct NativeRules {
  Native options;
  LogRules cells;
};

/// What a histogram with native buckets has behind it. All zero: its series was removed.
struct NativeCells {
  /// That of the options, or what scrapes have raised it to. It never falls, since a reader takes that for a restart.
  /// Relaxed: a number that publishes nothing.
  mutable std::atomic<double> zero_threshold;
  LogCells cells;
};
static_assert(sizeof(NativeCells) == 64);

/// REQUIRES: a histogram whose family has native buckets.
[[nodiscard]] inline NativeCells& native_cells(const Histogram& histogram) noexcept {
  return *reinterpret_cast<NativeCells*>(const_cast<Histogram*>(&histogram) + 1);
}
[[nodiscard]] HistogramSnapshot native_snapshot(const Histogram& histogram, const NativeRules& rules);

/// Count and sum of the same observations.
struct NativeTotals {
  std::uint64_t count = 0;
  double sum = 0;
};

/// Fills `out`, and counts each classic bucket in `classic`, which has one for each of them. Allocates nothing that
/// these had room for before.
NativeTotals read_native(const NativeCells& cells, const Native& options, NativeBuckets& out,
                         std::vector<std::uint64_t>& classic);

/// The q-quantile by interpolation inside its bucket on a logarithmic scale, in that of zero on a linear one, as
/// Prometheus 3 has it. NaN if there are no observations.
[[nodiscard]] double native_quantile(const NativeBuckets& native, std::uint64_t count, double q) noexcept;

}  // namespace vitals::detail
