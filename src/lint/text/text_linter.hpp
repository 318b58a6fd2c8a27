#pragma once

#include <string_view>

#include <vitals/lint.hpp>

#include "core/lint/lint_report.hpp"

namespace vitals::detail {

/// Checks an exposition in text or OpenMetrics. REQUIRES: the format is not Protobuf.
void lint_text(std::string_view text, LintFormat format, LintReport& report);

}  // namespace vitals::detail
