#pragma once
#include <limits>
#include <vector>

namespace vitals::tool {

/// What is known of the durations of some calls, each of which is not known.
struct Moments {
  double n = 0;
  double mean = 0;
  double variance = 0;                                   ///< at most; of all of them, not of a sample
  double min = 0;                                        ///< none is shorter
  double max = std::numeric_limits<double>::infinity();  ///< none is longer
};

/// The share by which sums over many calls, as PostgreSQL adds them up, may be off.
constexpr double kRoundingOfSums = 1e-9;

/// Between which bounds a number lies.
struct Bounds {
  double least = 0;
  double most = 0;
};

/// How many of the calls took longer than t, which decides whether a percentile is above it:
/// - all if t < min, none if t >= max;
/// - by Markov's inequality at most n (mean - min) / (t - min), and at least n (mean - t) / (max - t);
/// - by Cantelli's inequality with d = |t - mean| at most n variance / (variance + d²) if t > mean, and at least
///   n d² / (variance + d²) if t < mean.
/// Both hold for any distribution (https://en.wikipedia.org/wiki/Cantelli%27s_inequality).
Bounds calls_above(const Moments& calls, double t);
/// The same of calls of several kinds.
Bounds calls_above(const std::vector<Moments>& kinds, double t);

/// Whether the quantile q of all calls is at most t: of these calls no more than 1 - q took longer.
enum class Proof { Met, Missed, None };
Proof prove(const std::vector<Moments>& kinds, double q, double t);

/// Between which times the quantile q lies. `most` is infinite if nothing bounds it. REQUIRES: there are calls.
Bounds quantile_bounds(const std::vector<Moments>& kinds, double q);

}  // namespace vitals::tool
