#pragma once
#include <string>
#include <string_view>

#include <vitals/service_levels.hpp>

#include "tool/check/selector.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

/// What of service levels can be judged by two scrapes: all of them, in the order in which they are declared.
Targets targets_of(const ServiceLevels& levels);

/// The requests that failed, as `bad_statuses` says.
Selector bad_requests(const ServiceLevels& levels);

/// The targets of a file, which is one of service levels, or has the key `targets`. `file` is its name in messages.
Targets read_levels_or_targets(std::string_view text, const std::string& file);

}  // namespace vitals::tool
