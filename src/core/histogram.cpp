#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include <vitals/histogram.hpp>

#include "core/access.hpp"

namespace vitals {

namespace detail {

BucketIndex::BucketIndex(std::span<const double> bounds) : bounds_{bounds.begin(), bounds.end()} {
  first_.back() = static_cast<std::uint16_t>(bounds_.size());
  for (std::size_t exponent = 0; exponent + 1 < first_.size(); ++exponent) {
    const double smallest = std::bit_cast<double>(std::uint64_t{exponent} << 52);
    first_[exponent] = static_cast<std::uint16_t>(search(smallest));
  }
  bounds_.push_back(std::numeric_limits<double>::infinity());
}

std::size_t BucketIndex::search(double v) const noexcept {
  return static_cast<std::size_t>(std::lower_bound(bounds_.begin(), bounds_.end(), v) - bounds_.begin());
}

}  // namespace detail

HistogramSnapshot::HistogramSnapshot(std::vector<double> bounds, std::vector<std::uint64_t> counts, double sum)
    : bounds_{std::move(bounds)},
      counts_{std::move(counts)},
      count_{std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0})},
      sum_{sum} {}

double HistogramSnapshot::quantile(double q) const noexcept {
  if (count_ == 0 || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  const double rank = q * static_cast<double>(count_);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    if (static_cast<double>(below + counts_[i]) < rank || below + counts_[i] == 0) {
      below += counts_[i];
      continue;
    }
    if (i == 0 && bounds_[0] <= 0) return bounds_[0];
    const double lower = i == 0 ? 0 : bounds_[i - 1];
    if (counts_[i] == 0) return lower;
    return lower + (bounds_[i] - lower) * ((rank - static_cast<double>(below)) / static_cast<double>(counts_[i]));
  }
  return bounds_.back();
}

HistogramSnapshot Histogram::snapshot() const {
  const auto bounds = index_->bounds();
  std::vector<std::uint64_t> counts(bounds.size() + 1);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] = detail::Access::bucket(*this, i);
  return {{bounds.begin(), bounds.end()}, std::move(counts), detail::Access::sum(*this)};
}

}  // namespace vitals
