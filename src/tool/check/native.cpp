#include "tool/check/native.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "core/cells/log_index.hpp"

namespace vitals::tool {
namespace {

constexpr int kFinest = 8;
using Counts = std::map<std::int32_t, double>;

// At a schema one lower, two neighbours are one bucket: 1 and 2 become 1, 3 and 4 become 2.
Counts coarser(const Counts& counts, int by) {
  Counts result;
  for (const auto& [index, count] : counts) {
    const std::int32_t above = (index - 1) >> by;  // rounds down, also below 0
    result[above + 1] += count;
  }
  return result;
}

void coarsen(NativeHistogram& histogram, int schema) {
  const int by = histogram.schema - schema;
  if (by <= 0) return;
  histogram.positive = coarser(histogram.positive, by);
  histogram.negative = coarser(histogram.negative, by);
  histogram.schema = schema;
}

// Moves the buckets that begin below the threshold to the zero bucket, which grows up to the end of the last of them.
void widen_zero(NativeHistogram& histogram, double threshold) {
  if (histogram.zero_threshold >= threshold) return;
  histogram.zero_threshold = threshold;
  for (auto* counts : {&histogram.positive, &histogram.negative}) {
    while (!counts->empty()) {
      const auto lowest = counts->begin();
      if (native_bound(histogram.schema, std::int64_t{lowest->first} - 1) >= histogram.zero_threshold) break;
      histogram.zero_threshold = std::max(histogram.zero_threshold, native_bound(histogram.schema, lowest->first));
      histogram.zero_count += lowest->second;
      counts->erase(lowest);
    }
  }
}

void align(NativeHistogram& a, NativeHistogram& b) {
  const int schema = std::min(a.schema, b.schema);
  coarsen(a, schema);
  coarsen(b, schema);
  // The zero bucket of one may grow beyond what was asked for. Each turn removes a bucket, so this ends.
  while (a.zero_threshold != b.zero_threshold) {
    widen_zero(a, b.zero_threshold);
    widen_zero(b, a.zero_threshold);
  }
}

void add_counts(Counts& sum, const Counts& other, double factor) {
  for (const auto& [index, count] : other) sum[index] += factor * count;
}

bool any_below_zero(const Counts& counts) {
  return std::any_of(counts.begin(), counts.end(), [](const auto& bucket) { return bucket.second < 0; });
}

}  // namespace

void add(NativeHistogram& sum, NativeHistogram other) {
  align(sum, other);
  sum.count += other.count;
  sum.zero_count += other.zero_count;
  add_counts(sum.positive, other.positive, 1);
  add_counts(sum.negative, other.negative, 1);
}

std::optional<NativeHistogram> difference(NativeHistogram after, NativeHistogram before) {
  align(after, before);
  after.count -= before.count;
  after.zero_count -= before.zero_count;
  add_counts(after.positive, before.positive, -1);
  add_counts(after.negative, before.negative, -1);
  if (after.count < 0 || after.zero_count < 0 || any_below_zero(after.positive) || any_below_zero(after.negative))
    return std::nullopt;
  return after;
}

double native_bound(int schema, std::int64_t index) {
  const std::int64_t finest = index * (std::int64_t{1} << (kFinest - schema));
  const std::int64_t octave = finest >> kFinest;  // rounds down
  constexpr std::int64_t kOctaves = 1024;
  if (octave >= kOctaves) {
    // The last bucket ends at the largest double, and one more is for infinity.
    return finest == kOctaves * detail::kBoundsPerOctave ? std::numeric_limits<double>::max()
                                                         : std::numeric_limits<double>::infinity();
  }
  const auto fraction = static_cast<std::size_t>(finest & (detail::kBoundsPerOctave - 1));
  constexpr std::uint64_t kOne = std::uint64_t{0x3ff} << 52U;
  return std::ldexp(std::bit_cast<double>(kOne | detail::kOctave[fraction]),
                    static_cast<int>(std::max(octave, std::int64_t{-2000})));
}

std::vector<Bucket> cumulative(const NativeHistogram& histogram) {
  std::vector<Bucket> result;
  double count = histogram.zero_count;
  if (count > 0) result.push_back({histogram.zero_threshold, count});
  for (const auto& [index, in_bucket] : histogram.positive) {
    if (in_bucket <= 0) continue;
    const double lower = native_bound(histogram.schema, std::int64_t{index} - 1);
    if (result.empty() || result.back().upper_bound < lower) result.push_back({lower, count});
    count += in_bucket;
    const double upper = native_bound(histogram.schema, index);
    if (std::isfinite(upper)) result.push_back({upper, count});
  }
  if (result.empty()) result.push_back({histogram.zero_threshold, 0});
  result.push_back({std::numeric_limits<double>::infinity(), std::max(count, histogram.count)});
  return result;
}

}  // namespace vitals::tool
