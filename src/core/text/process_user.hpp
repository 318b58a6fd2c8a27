#pragma once

#include <string>

#include <unistd.h>

namespace vitals::detail {

/// Whom to give what may not be read or written: "the user of the process (uid 1000)".
[[nodiscard]] inline std::string process_user() {
  return "the user of the process (uid " + std::to_string(geteuid()) + ')';
}

}  // namespace vitals::detail
