#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <vitals/lint_declaration.hpp>

namespace vitals::detail {

using LintEmit = std::function<void(LintProblem::Severity severity, std::string_view rule, std::string message)>;

/// What the data model forbids.
void lint_data_model(const LintDeclaration& declaration, const LintEmit& emit);

/// Of that, the bounds (and warnings of bounds that are of little use) and the unit.
void lint_bounds(const LintDeclaration& declaration, const LintEmit& emit);
void lint_unit_suffix(const LintDeclaration& declaration, const LintEmit& emit);

/// What promlint and the conventions advise against: all are warnings.
void lint_conventions(const LintDeclaration& declaration, const LintEmit& emit);

/// Of that, what the units in a name say.
void lint_units(const LintDeclaration& declaration, const LintEmit& emit);

}  // namespace vitals::detail
