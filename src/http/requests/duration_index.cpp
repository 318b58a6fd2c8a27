#include "http/requests/duration_index.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace

DurationIndex::DurationIndex(std::span<const double> bounds) : bounds_(bounds.begin(), bounds.end()) {
  if (!fill()) bins_.clear();
}

bool DurationIndex::fill() {
  const std::size_t bins = BinnedDuration{std::chrono::nanoseconds{kMaxNanos}}.bin + 1;
  if (bounds_.size() > kCount) return false;
  bins_.assign(bins, kMaxNanos << kCountBits);
  for (std::uint64_t count = 0; const double bound : bounds_) {
    ++count;
    const double nanos = last_nanos(bound);
    if (nanos >= static_cast<double>(kMaxNanos)) break;  // and so are the others: observe() has no such durations here
    std::size_t after = 0;                               // the first bin above the bound
    if (nanos >= 0) {
      if (nanos < 512) return false;  // below, BinnedDuration sets a bit that bins still tell apart
      const BinnedDuration at{std::chrono::nanoseconds{static_cast<std::int64_t>(nanos)}};
      if (bins_[at.bin] >> kCountBits != kMaxNanos) return false;  // another bound is in this bin
      bins_[at.bin] = at.nanos << kCountBits | (count - 1);
      after = at.bin + 1;
    }
    for (std::size_t bin = after; bin < bins; ++bin) bins_[bin] = kMaxNanos << kCountBits | count;
  }
  return true;
}

bool DurationIndex::fits(const Histogram& histogram) const noexcept {
  const BucketIndex* const theirs = Access::index(histogram);
  return !bins_.empty() && theirs != nullptr && std::ranges::equal(theirs->bounds(), bounds_);
}

}  // namespace vitals::detail
