#pragma once

#include <string_view>

#include <vitals/lint.hpp>

#include "core/lint/report.hpp"

namespace vitals::detail {

/// Text formats and OpenMetrics. REQUIRES: not Protobuf.
void lint_text(std::string_view text, LintFormat format, LintReport& report);
void lint_protobuf(std::string_view body, LintReport& report);
/// Of a body of unknown format.
[[nodiscard]] bool seems_protobuf(std::string_view body);

}  // namespace vitals::detail
