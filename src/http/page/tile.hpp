#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>

#include "http/page/stretch.hpp"

namespace vitals::detail {

inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

/// Of fewer events no verdict is given, as by vitals check.
inline constexpr double kLeastEvents = 20;

/// A figure of the service, with what was promised of it.
struct Tile {
  std::string name;
  std::string label;      // the name for people
  std::string_view unit;  // "s", "1/s", "ratio", "B", "cores", or none
  double value = kUnknown;
  std::vector<double> values{};   // of each slot
  std::optional<double> count{};  // events that it is of
  bool is_beyond = false;         // it is at least the value
  double target = kUnknown;
  double critical = kUnknown;
  bool less_is_better = true;
  bool is_judged = true;  // false: the target is of a load that may not be there

  /// "ok", "warning" (the target is missed), "critical", "unknown" (there is a target, and no value or one of too few
  /// events) or "none".
  [[nodiscard]] std::string_view verdict() const noexcept;
};

/// The figures that the service has, in the order of their importance; judged by the built-in levels where `levels` is
/// null.
[[nodiscard]] std::vector<Tile> tiles(const Stretch& stretch, const ServiceLevels* levels);

}  // namespace vitals::detail
