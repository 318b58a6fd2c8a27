#pragma once

#include <vitals/detail/bucket_index.hpp>

namespace vitals::detail {

struct NativeRules;

/// What the histograms of a family share if they do more than count in the buckets behind them.
struct HistogramExtras {
  const NativeRules* native;  // null: they have no native buckets
  const BucketIndex* index;   // of the classic buckets; null: they have none
  bool exemplars;             // automatic ones
};

}  // namespace vitals::detail
