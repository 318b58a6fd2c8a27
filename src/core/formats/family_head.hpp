#pragma once

#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// What stands above the series of a family; views of what is in a FamilySnapshot.
struct FamilyHead {
  std::string_view name;
  std::string_view help;
  MetricType type;
  std::string_view unit = {};
};

/// Whether the unit may stand beside that name. Readers fail the whole scrape for a unit that the name, of counters the
/// one without `_total`, doesn't end in.
[[nodiscard]] inline bool is_unit_of(std::string_view unit, std::string_view name, MetricType type) noexcept {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !unit.empty() && unit.find_first_not_of(kAllowed) == std::string_view::npos && name.size() > unit.size() + 1 &&
         name.ends_with(unit) && name[name.size() - unit.size() - 1] == '_' && type != MetricType::Info &&
         type != MetricType::StateSet;
}

}  // namespace vitals::detail
