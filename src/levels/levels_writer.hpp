#pragma once

#include <string>

#include <vitals/service_levels.hpp>

namespace vitals::detail {

/// The YAML of service levels, with all that is set, and in a form that needs no anchors and no flow style.
[[nodiscard]] std::string levels_text(const ServiceLevels& levels);

}  // namespace vitals::detail
