#pragma once
#include <string>
#include <vector>

#include "tool/check/moments.hpp"
#include "tool/database/sample.hpp"

namespace vitals::tool {

/// What a statement did: since the statistics were reset, or within a window.
struct StatementGrowth {
  StatementStats statement;  ///< of the last sample in which it was
  Moments calls;             ///< n is 0 if there were none
  bool is_lost = false;      ///< it vanished within the window, or went back: how often it was called can't be told

  [[nodiscard]] double total() const { return calls.n * calls.mean; }
};

/// All of `after`, or what they did since `before`; those that `after` doesn't have any more are among them.
std::vector<StatementGrowth> growth(const Statements& after);
std::vector<StatementGrowth> growth(const Statements& before, const Statements& after);

}  // namespace vitals::tool
