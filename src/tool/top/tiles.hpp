#pragma once
#include <span>
#include <string>
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/top/look.hpp"
#include "tool/top/model.hpp"
#include "tool/top/subjects.hpp"

namespace vitals::tool {

/// A value for people; `> ` before a percentile that lies above the last bucket.
std::string quantile_text(const Quantile& quantile, Unit unit, std::span<const double> thresholds = {});

/// The figures that the service has. A verdict is check's: the row of the judgement that is about the same.
std::vector<Tile> tiles(const Subjects& subjects, Look& look, const Judgement& judgement);

}  // namespace vitals::tool
