#pragma once

#include <cstddef>
#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// What stands above the series of a family; views of what is in a FamilySnapshot.
struct FamilyHead {
  std::string_view name;
  std::string_view help;
  MetricType type;
  std::string_view unit = {};
  std::size_t series = 0;  // about how many will follow; 0: not known
};

}  // namespace vitals::detail
