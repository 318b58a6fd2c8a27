#pragma once
#include <cstddef>
#include <vector>

#include "tool/top/frame.hpp"

namespace vitals::tool {

/// Tiles side by side, in at most `room` lines: two for each row of them, with target, verdict in a word and past;
/// where there is no room for that one, with value and sign; the last ones are left out where there is none for that
/// either.
std::vector<Line> tile_lines(const std::vector<Tile>& tiles, std::size_t width, std::size_t room, Charset charset);

}  // namespace vitals::tool
