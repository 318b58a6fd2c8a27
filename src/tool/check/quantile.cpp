#include "tool/check/quantile.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <limits>

namespace vitals::tool {

void make_monotonic(std::vector<Bucket>& buckets) {
  for (std::size_t i = 1; i < buckets.size(); ++i) {
    buckets[i].count = std::max(buckets[i].count, buckets[i - 1].count);
  }
}

Quantile histogram_quantile(double q, const std::vector<Bucket>& buckets) {
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
  return {.value = below.upper_bound + (upper - below.upper_bound) * share, .lower = below.upper_bound, .upper = upper};
}

}  // namespace vitals::tool
