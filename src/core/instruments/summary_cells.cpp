#include "core/instruments/summary_cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitals::detail {

namespace {

constexpr std::int64_t kNoSlice = -1;

// What stands for a bucket: as far from its lower bound as from its upper one, each measured by the bound.
double value_of(const LogLayout& layout, LogTag tag) noexcept {
  if (tag.is_zero()) return 0;
  const double growth = std::exp2(std::exp2(-layout.schema()));
  const double value = log_bound(tag.key(layout.steps), layout.schema()) * (2 / (1 + growth));
  return tag.is_negative() ? -value : value;
}

}  // namespace

double quantile_of(const std::vector<SummarySnapshot::Bucket>& window, std::uint64_t count, double q) noexcept {
  if (count == 0 || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  // One step down, since 0.07 * 100 is a little more than 7.
  const double rank = std::max(1.0, std::ceil(std::nextafter(q * static_cast<double>(count), 0.0)));
  std::uint64_t below = 0;
  for (const auto& bucket : window) {
    below += bucket.count;
    if (static_cast<double>(below) >= rank) return bucket.value;
  }
  return window.back().value;
}

SummaryCells::SummaryCells(const SummaryRules& rules, bool alone) noexcept
    : rules_{&rules}, slice_end_{0}, cells_{rules.cells, alone} {
  const std::int64_t now = std::max<std::int64_t>(rules.clock->steady_nanos(), 0);
  slice_end_.store((now / rules.slice + 1) * rules.slice, std::memory_order_relaxed);
  const std::int64_t current =
      current_slice(rules);  // before it there was nothing, which is what baselines are at first
  for (std::int64_t slice = first_slice(rules); slice <= current; ++slice)
    slice_of(rules, slice).store(slice, std::memory_order_relaxed);
}

void SummaryCells::observe(double v, std::uint64_t n) noexcept {
  const SummaryRules* rules = rules_;
  if (rules == nullptr) return;
  const std::int64_t now = rules->clock->steady_nanos();
  if (now >= slice_end_.load(std::memory_order_relaxed)) begin_slice(*rules, now);
  cells_.observe(v, n);
}

std::size_t SummaryCells::bytes(const SummaryRules& rules) noexcept {
  const std::size_t stamps = (rules.cells.slices + 1) / 2 * 2 * sizeof(std::int64_t);
  return sizeof(SummaryCells) - sizeof(LogCells) + LogCells::bytes(rules.cells) + stamps;
}

// Slices are numbered from the clock's zero; so that no number is negative, that one has the number of all slices.
std::int64_t SummaryCells::current_slice(const SummaryRules& rules) const noexcept {
  return slice_end_.load(std::memory_order_relaxed) / rules.slice - 1 + static_cast<std::int64_t>(rules.cells.slices);
}

std::int64_t SummaryCells::first_slice(const SummaryRules& rules) const noexcept {
  return current_slice(rules) - static_cast<std::int64_t>(rules.cells.slices) + 1;
}

// The number of the slice that the baseline in that one's place is of. Release when the baseline is complete, acquire
// before it is read; while it changes, kNoSlice.
std::atomic<std::int64_t>& SummaryCells::slice_of(const SummaryRules& rules, std::int64_t slice) const noexcept {
  auto* first_layout = reinterpret_cast<std::byte*>(const_cast<SummaryCells*>(this) + 1);
  auto* stamps = first_layout + LogLayout::bytes(rules.cells.capacity, rules.cells.slices);
  return reinterpret_cast<std::atomic<std::int64_t>*>(stamps)[static_cast<std::size_t>(slice) % rules.cells.slices];
}

void SummaryCells::begin_slice(const SummaryRules& rules, std::int64_t now) noexcept {
  std::int64_t end = slice_end_.load(std::memory_order_relaxed);
  do {
    if (now < end) return;  // another thread does it
  } while (!slice_end_.compare_exchange_weak(end, (now / rules.slice + 1) * rules.slice, std::memory_order_relaxed));

  // Nothing was recorded in the slices in between, so the counts at their beginnings are those of now.
  const auto slices = static_cast<std::int64_t>(rules.cells.slices);
  const std::int64_t last = now / rules.slice + slices;
  const std::int64_t first = std::max(end / rules.slice + slices, last - slices + 1);
  for (std::int64_t slice = first; slice <= last; ++slice)
    slice_of(rules, slice).store(kNoSlice, std::memory_order_relaxed);
  // Release: who reads a count of the new baseline finds the number of the old one gone.
  LogCells::for_each(cells_.newest(), [&](const LogLayout& layout, std::uint32_t slot, LogTag) {
    const std::uint64_t count = LogCells::pair(layout, slot).count;
    for (std::int64_t slice = first; slice <= last; ++slice)
      layout.baseline(static_cast<std::size_t>(slice) % rules.cells.slices)[slot].store(count,
                                                                                        std::memory_order_release);
  });
  for (std::int64_t slice = first; slice <= last; ++slice)
    slice_of(rules, slice).store(slice, std::memory_order_release);
}

SummaryCells::Totals SummaryCells::read(std::vector<SummarySnapshot::Bucket>& window) const {
  window.clear();
  const SummaryRules* rules = rules_;
  if (rules == nullptr) return {0, 0};
  const std::int64_t now = rules->clock->steady_nanos();
  if (now >= slice_end_.load(std::memory_order_relaxed)) const_cast<SummaryCells*>(this)->begin_slice(*rules, now);
  Totals totals{0, 0};
  // Once more if another slice began and took the baseline's place. Not for ever: the rest is an error in time.
  for (int attempt = 0; attempt < 3; ++attempt) {
    const std::int64_t current = current_slice(*rules);
    std::int64_t first = first_slice(*rules);
    const auto is_there = [&] { return slice_of(*rules, first).load(std::memory_order_acquire) == first; };
    while (first < current && !is_there()) ++first;
    totals = collect(*rules, first, window);
    if (is_there()) break;
  }
  std::sort(window.begin(), window.end(), [](const auto& a, const auto& b) { return a.value < b.value; });
  return totals;
}

SummaryCells::Totals SummaryCells::collect(const SummaryRules& rules, std::int64_t first,
                                           std::vector<SummarySnapshot::Bucket>& window) const {
  window.clear();
  const PairCell unplaced = cells_.unplaced();
  Totals totals{unplaced.count, unplaced.sum};
  LogCells::for_each(cells_.newest(), [&](const LogLayout& layout, std::uint32_t slot, LogTag tag) {
    const std::uint64_t before =
        layout.baseline(static_cast<std::size_t>(first) % rules.cells.slices)[slot].load(std::memory_order_acquire);
    const PairCell cell = LogCells::pair(layout, slot);
    totals.count += cell.count;
    totals.sum += cell.sum;
    if (cell.count > before) window.push_back({value_of(layout, tag), cell.count - before});
  });
  return totals;
}

}  // namespace vitals::detail
