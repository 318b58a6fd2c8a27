#pragma once
#include <string_view>
#include <vector>

#include "tool/check/judge.hpp"

namespace vitals::tool {

/// The verdict and the note of a row with fewer samples than needed.
void set_too_few(Row& row, double needed);

/// That of a target's groups which decides: the worst, and among those the furthest beyond the target. Its note says
/// how many others were skipped, and `why`: "had too few samples". REQUIRES: there is one.
Row deciding_row(const std::vector<Row>& rows, std::string_view why);

/// Adds to a note that may say something already.
void add_note(Row& row, std::string_view note);

}  // namespace vitals::tool
