#include "tool/check/quantile.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <limits>

namespace vitals::tool {

Quantile histogram_quantile(double q, const std::vector<Bucket>& buckets, Interpolation interpolation) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double rank = q * buckets.back().count;
  const auto last = std::prev(buckets.end());
  const auto at = std::find_if(buckets.begin(), last, [&](const Bucket& bucket) { return bucket.count >= rank; });
  if (at == last) {
    const double bound = std::prev(last)->upper_bound;
    return {.value = bound, .lower = bound, .upper = kInfinity};
  }
  const double upper = at->upper_bound;
  if (at == buckets.begin()) {
    if (upper <= 0) return {.value = upper, .lower = -kInfinity, .upper = upper};
    return {.value = upper * (rank / at->count), .lower = 0, .upper = upper};
  }
  const auto& below = *std::prev(at);
  rank -= below.count;
  const double share = rank / (at->count - below.count);
  const double lower = below.upper_bound;
  const double value = interpolation == Interpolation::Exponential && lower > 0
                           ? std::exp2(std::log2(lower) + (std::log2(upper) - std::log2(lower)) * share)
                           : lower + (upper - lower) * share;
  return {.value = value, .lower = lower, .upper = upper};
}

}  // namespace vitals::tool
