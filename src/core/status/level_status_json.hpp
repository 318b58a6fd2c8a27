#pragma once

#include <chrono>
#include <span>
#include <string>

#include <vitals/level_status.hpp>

namespace vitals::detail {

/// The JSON object of docs/slo.md. `interval` is that of the samples.
[[nodiscard]] std::string level_status_json(std::span<const ObjectiveStatus> objectives, std::chrono::seconds window,
                                            std::chrono::seconds interval);

}  // namespace vitals::detail
