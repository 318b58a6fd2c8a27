#pragma once

#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// Puts the constant labels before those of every series that a collector gave. False if the family can't be exposed:
/// a name breaks the data model, two series have the same labels, a label is there twice or is what the type writes
/// itself.
[[nodiscard]] bool complete(FamilySnapshot& family, const std::vector<Label>& constant, bool utf8_names);

}  // namespace vitals::detail
