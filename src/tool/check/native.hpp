#pragma once
#include <optional>
#include <vector>

#include "tool/check/quantile.hpp"
#include "tool/input/exposition.hpp"

namespace vitals::tool {

/// Adds the buckets of another native histogram. Both get the coarser schema and the wider zero bucket of the two, as
/// in Prometheus.
void add(NativeHistogram& sum, NativeHistogram other);

/// By how much it grew; nothing if a bucket went back.
std::optional<NativeHistogram> difference(NativeHistogram after, NativeHistogram before);

/// The bound of a positive bucket: 2^(index / 2^schema).
double native_bound(int schema, std::int64_t index);

/// The same as cumulative buckets with their bounds, also those of the gaps, so that each begins where the last ends.
/// REQUIRES: nothing in negative buckets.
std::vector<Bucket> cumulative(const NativeHistogram& histogram);

}  // namespace vitals::tool
