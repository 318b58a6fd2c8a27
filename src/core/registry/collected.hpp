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

}  // namespace vitals::detail
