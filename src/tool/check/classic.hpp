#pragma once
#include <map>

#include "tool/check/growth.hpp"
#include "tool/check/scrape.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

using BucketMap = std::map<double, double>;  ///< cumulative counts by bound

/// The classic histograms among samples of buckets, by their labels without le. Throws Unjudgeable for a bound that is
/// no number or comes twice.
std::map<Labels, BucketMap> histograms(const SeriesMap& buckets);

/// What no exporter shows that counts right, in either scrape or in the growth between them: a bucket with less than
/// the one below it, a count that is not that of the bucket +Inf, buckets that changed. Throws Unjudgeable, which names
/// the first of them. `grown` is the growth of the target's selected series.
void require_truthful(const Window& window, const Target& target, const SeriesMap& grown);

}  // namespace vitals::tool
