#pragma once

#include <vitals/push.hpp>

namespace vitals::detail {

/// Throws std::invalid_argument that names the option, its value, the rule and the fix. Reads the files, since what
/// can't be read now would be told only when the job ends.
void check_push_options(const PushOptions& options);

}  // namespace vitals::detail
