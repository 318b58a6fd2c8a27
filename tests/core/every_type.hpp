#pragma once

#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals::test {

/// Families of every type with every edge: escapes, numbers, exemplars, native buckets, snapshots that contradict
/// themselves; at the end names that are legal only where UTF-8 names are.
[[nodiscard]] std::vector<FamilySnapshot> every_type();

}  // namespace vitals::test
