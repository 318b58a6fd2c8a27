#pragma once

#include <string>
#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

enum class Completed {
  Good,
  Mended,  ///< it can be exposed, without the exemplars, the unit and the counters that broke a rule
  Refused,
};

/// Puts the constant labels before those of every series that a collector gave, and tells whether the family can be
/// exposed: its names follow the data model, no two series have the same labels, no label is there twice or is what the
/// type writes itself, and each series is what its type allows. `why`: the rule that was broken, and the fix.
[[nodiscard]] Completed complete(FamilySnapshot& family, const std::vector<Label>& constant, bool utf8_names,
                                 std::string& why);

/// Whether the type allows these values:
/// - counters are not negative, infos 1 (or 0: not given)
/// - histograms' bounds ascend and are not NaN, native buckets ascend, with a schema that there is; counts that
/// decrease,
///   as one reads them from a library that counts meanwhile, are mended where they are written
/// - summaries' quantiles lie within 0 and 1, none twice
/// - state sets have states, each with a name of its own
[[nodiscard]] bool are_values_valid(const MetricSnapshot& metric, MetricType type);

}  // namespace vitals::detail
