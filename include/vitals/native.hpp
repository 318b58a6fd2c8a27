#pragma once

#include <cstddef>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// A native histogram instead of, or beside, fixed buckets: its buckets grow by a constant factor and exist where
/// values are, so none have to be chosen. A plain value; checked when a histogram is registered.
/// Exposed in protobuf; the text formats, which have no native histograms, show the fixed buckets, or where there are
/// none +Inf, and sum and count.
struct Native {
  /// From one bound to the next, at most: it chooses the schema, the number n from -4 to 8 for which bounds grow by
  /// 2^(2^-n): 3 for 1.1. More than 1. A quantile is off by about half of what lies between two bounds.
  double factor = 1.1;
  /// Values from -zero_threshold to zero_threshold are one bucket. Finite, not negative.
  double zero_threshold = 0x1p-128;
  /// No more of them, but for that of zero, are ever exposed: a value that needs one more makes the histogram give up
  /// resolution, by joining every two, for good. 2 to 2,500.
  std::size_t max_buckets = 160;
  /// Before that, zero_threshold rises, up to this. (At the coarsest schema, that of 65,536, it rises anyway.)
  double max_zero_threshold = 0;

  friend bool operator==(const Native&, const Native&) = default;
};

}  // namespace vitals
