#include "http/requests/duration_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitals::detail {
namespace {

// The last whole number of nanoseconds that is not above the bound, as seconds are computed of it; at most 2^53, up to
// where doubles have all of them. Of a negative bound it is just negative.
double last_nanos(double bound) {
  if (bound < 0) return -1;
  double nanos = std::min(std::floor(bound * 1e9), 0x1p53);
  while (nanos / 1e9 > bound) --nanos;
  while ((nanos + 1) / 1e9 <= bound && nanos < 0x1p53) ++nanos;
  return nanos;
}

std::size_t bin_of(std::uint64_t nanos) {
  return BinnedDuration{std::chrono::nanoseconds{static_cast<std::int64_t>(nanos)}}.bin;
}

}  // namespace

DurationIndex::DurationIndex(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {
  if (bounds_.size() <= kCount) fill();
}

void DurationIndex::fill() {
  constexpr std::uint64_t kNoBound = kMaxNanos << kCountBits;
  // Below, BinnedDuration sets a bit that bins still tell apart: some of these bins have durations from two places.
  constexpr std::uint64_t kInOrder = 512;
  bins_.assign(bin_of(std::numeric_limits<std::int64_t>::max()) + 1, kLeft);
  const auto end = bins_.begin() + static_cast<std::ptrdiff_t>(bin_of(kMaxNanos) + 1);
  std::fill(bins_.begin(), end, kNoBound);
  for (std::uint64_t count = 0; const double bound : bounds_) {
    ++count;
    const double last = last_nanos(bound);
    if (last >= static_cast<double>(kMaxNanos)) break;  // and so are the others: no duration up to there is above them
    auto above = bins_.begin();                         // the first bin above the bound
    if (last >= 0) {
      const auto nanos = static_cast<std::uint64_t>(last);
      above += static_cast<std::ptrdiff_t>(bin_of(std::max(nanos, kInOrder - 1)) + 1);
      if (nanos < kInOrder) {
        std::fill(bins_.begin(), above, kLeft);
      } else {
        std::uint64_t& inside = *(above - 1);
        inside = inside >> kCountBits == kMaxNanos ? nanos << kCountBits | (count - 1) : kLeft;
      }
    }
    std::fill(above, end, kNoBound | count);
  }
}

bool DurationIndex::fits(const Histogram& histogram) const noexcept {
  const BucketIndex* const theirs = Access::index(histogram);
  return !bins_.empty() && theirs != nullptr && std::ranges::equal(theirs->bounds(), bounds_);
}

}  // namespace vitals::detail
