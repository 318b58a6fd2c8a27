#pragma once
#include <vector>

namespace vitals::tool {

struct Bucket {
  double upper_bound;
  double count;  ///< cumulative
};

/// A quantile of a classic histogram, and the bounds between which its true value lies.
struct Quantile {
  double value;  ///< Prometheus's interpolation; the last finite bound when the rank lies above it
  double lower;  ///< the true quantile is above this bound (-Inf, or 0, for the first bucket)
  double upper;  ///< and at most this one, +Inf above the last finite bound
};

/// Between the bounds of a bucket, values lie evenly in classic histograms, and their logarithms in native ones, but
/// for the bucket that begins at 0.
enum class Interpolation { Linear, Exponential };

/// The algorithm of Prometheus's histogram_quantile (promql/quantile.go), of native histograms that of Prometheus 3.
/// REQUIRES: at least two buckets, sorted, monotonic, the last bound +Inf with a count above 0; 0 < q < 1.
Quantile histogram_quantile(double q, const std::vector<Bucket>& buckets,
                            Interpolation interpolation = Interpolation::Linear);

}  // namespace vitals::tool
