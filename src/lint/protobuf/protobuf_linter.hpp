#pragma once

#include <string_view>

#include "core/lint/lint_report.hpp"

namespace vitals::detail {

/// Checks an exposition in protobuf.
void lint_protobuf(std::string_view body, LintReport& report);

}  // namespace vitals::detail
