#include "tool/check/statement_growth.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string_view>

namespace vitals::tool {
namespace {

double squares(const StatementStats& stats) { return stats.deviation * stats.deviation * stats.calls; }

void set_extremes(Moments& calls, bool are_known, double min, double max) {
  if (are_known) {
    calls.min = min;
    calls.max = max;
    calls.mean = std::clamp(calls.mean, min, max);  // from which rounding may have moved it
  }
}

Moments all_calls(const StatementStats& stats) {
  Moments calls;
  calls.n = stats.calls;
  calls.mean = stats.total / stats.calls;
  calls.variance = stats.deviation * stats.deviation;
  set_extremes(calls, stats.has_extremes, stats.min, stats.max);
  return calls;
}

// The squared deviations of both parts and of their means add up to those of the whole (Chan, Golub, LeVeque:
// "Algorithms for computing the sample variance", 1983), from which that of the second part follows. The extremes of
// all calls are bounds of those within the window too.
Moments calls_since(const StatementStats& before, const StatementStats& after) {
  Moments calls;
  calls.n = after.calls - before.calls;
  if (calls.n <= 0) return calls;
  calls.mean = (after.total - before.total) / calls.n;
  const double apart = calls.mean - before.total / before.calls;
  const double sum = squares(after) - squares(before) - apart * apart * before.calls * calls.n / after.calls +
                     kRoundingOfSums * squares(after);
  calls.variance = std::max(0.0, sum) / calls.n;
  const bool are_known =
      before.has_extremes && after.has_extremes && after.max >= before.max && after.min <= before.min;
  set_extremes(calls, are_known, after.min, after.max);
  return calls;
}

}  // namespace

std::vector<StatementGrowth> growth(const Statements& after) {
  std::vector<StatementGrowth> result;
  for (const auto& stats : after.statements) result.push_back({stats, all_calls(stats)});
  return result;
}

std::vector<StatementGrowth> growth(const Statements& before, const Statements& after) {
  std::map<std::string_view, const StatementStats*> earlier;
  for (const auto& stats : before.statements) earlier[stats.key] = &stats;
  std::vector<StatementGrowth> result;
  for (const auto& stats : after.statements) {
    const auto it = earlier.find(stats.key);
    if (it == earlier.end()) {
      result.push_back({stats, all_calls(stats)});
      continue;
    }
    const bool went_back = stats.calls < it->second->calls || stats.total < it->second->total;
    result.push_back({stats, went_back ? Moments{} : calls_since(*it->second, stats), went_back});
    earlier.erase(it);
  }
  for (const auto& [key, stats] : earlier) result.push_back({*stats, {}, true});
  return result;
}

}  // namespace vitals::tool
