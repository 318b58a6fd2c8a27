#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// Throws std::invalid_argument that names the metric; `why` is what, the rule and the fix.
[[noreturn]] void refuse(std::string_view metric, const std::string& why);
/// What such a message begins with.
[[nodiscard]] std::string about(std::string_view metric);

}  // namespace vitals::detail
