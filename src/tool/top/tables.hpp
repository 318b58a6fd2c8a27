#pragma once
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/top/look.hpp"
#include "tool/top/model.hpp"
#include "tool/top/subjects.hpp"

namespace vitals::tool {

/// The views: routes, statements, caches, pools, service levels, targets. `since_start` is a look at all that was
/// counted since the process began.
std::vector<Table> tables(const Subjects& subjects, const Promises& promises, Look& look, Look& since_start,
                          const Judgement& judgement);

}  // namespace vitals::tool
