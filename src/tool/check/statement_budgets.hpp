#pragma once
#include <cstddef>
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/check/statement_growth.hpp"

namespace vitals::tool {

/// Judges the budget of row.target, which is one of statements, by the moments of the statements, as prove() does: ok,
/// warning and critical are proven; what can't be proven either way is unknown, or skipped if the service's own
/// histogram has judged it (`is_judged`). Throws Unjudgeable.
void judge_budget(const std::vector<StatementGrowth>& grown, std::size_t min_samples, bool is_judged, Row& row);

}  // namespace vitals::tool
