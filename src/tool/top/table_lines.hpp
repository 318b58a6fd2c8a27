#pragma once
#include <cstddef>
#include <vector>

#include "tool/top/frame.hpp"

namespace vitals::tool {

/// The heading of the table that is seen, which shows by what it is sorted, and at most `rows` of its rows, from
/// view.first_row on. Columns have the width of their widest text; those of which no row knows anything are left out,
/// and, where there is no room for all, those of the highest rank; then texts are cut.
std::vector<Line> table_lines(const Model& model, const View& view, std::size_t width, std::size_t rows,
                              Charset charset);

/// The first row that is seen of `all`, where there is room for `rows`: the last page is a full one.
std::size_t first_shown(const View& view, std::size_t all, std::size_t rows);

}  // namespace vitals::tool
