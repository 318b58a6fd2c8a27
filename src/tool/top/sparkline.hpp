#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tool/top/screen_text.hpp"

namespace vitals::tool {

/// The last values as bars from 0 to the largest of them, the newest at the right, in exactly `width` columns; a blank
/// stands for a value that is NaN.
std::string sparkline(const std::vector<double>& values, std::size_t width, Charset charset);

}  // namespace vitals::tool
