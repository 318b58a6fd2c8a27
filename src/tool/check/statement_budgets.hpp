#pragma once
#include <cstddef>
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/check/statement_growth.hpp"

namespace vitals::tool {

/// Whether a target is a percentile of statements by their labels query_type and table, so that it can be judged by
/// what the database knows of them.
bool is_statement_budget(const Target& target);

/// Judges the budget of row.target by the moments of the statements, as prove() does: ok, warning and critical are
/// proven; what can't be proven either way is unknown, or skipped if the service's own histogram has judged it
/// (`is_judged`). Throws Unjudgeable.
void judge_budget(const std::vector<StatementGrowth>& grown, std::size_t min_samples, bool is_judged, Row& row);

}  // namespace vitals::tool
