#include <algorithm>
#include <limits>
#include <utility>

#include <vitals/detail/bucket_index.hpp>

namespace vitals::detail {

BucketIndex::BucketIndex(std::span<const double> bounds)
    : bounds_{bounds.begin(), bounds.end()}, count_{bounds.size()} {
  // The fewest bits that part the bounds. Below zero the bits descend as the values ascend: such layouts are searched.
  if (bounds.front() >= 0) {
    bounds_.front() += 0.0;  // -0 becomes 0, whose bits are the least
    for (int shift = 52; shift >= 40 && compares_ > 1 && fill(shift); --shift) {
    }
  }
  bounds_.insert(bounds_.end(), kMaxCompares, std::numeric_limits<double>::infinity());
}

// Makes the bins of that width if they are better than those that are there. False if there would be too many.
bool BucketIndex::fill(int shift) {
  const auto bin_of = [shift](double bound) { return std::bit_cast<std::int64_t>(bound) >> shift; };
  const std::int64_t first = bin_of(bounds_.front());
  const std::int64_t last = bin_of(bounds_.back()) - first + 1;  // one more, for what lies above all bounds
  if (last >= kMaxBins) return false;

  std::vector<unsigned> inside(static_cast<std::size_t>(last) + 1);
  for (const double bound : bounds_) ++inside[static_cast<std::size_t>(bin_of(bound) - first)];
  const unsigned most = *std::max_element(inside.begin(), inside.end());
  if (most >= compares_) return true;

  compares_ = most;
  shift_ = shift;
  first_bin_ = first;
  last_bin_ = last;
  below_.clear();
  for (unsigned sum = 0; const unsigned n : inside)
    below_.push_back(static_cast<std::uint16_t>(std::exchange(sum, sum + n)));
  return true;
}

std::size_t BucketIndex::search(double v) const noexcept {
  const auto end = bounds_.begin() + static_cast<std::ptrdiff_t>(count_);
  return static_cast<std::size_t>(std::lower_bound(bounds_.begin(), end, v) - bounds_.begin());
}

}  // namespace vitals::detail
