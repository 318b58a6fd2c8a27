#pragma once
#include <cstddef>
#include <string>

#include "tool/top/model.hpp"
#include "tool/top/screen_text.hpp"

namespace vitals::tool {

/// The whole model as lines for where there is no screen: each figure with its value, target, verdict and what there is
/// to say about it; then all tables that have rows, of which at most `rows` are shown. Nothing in it drives a terminal
/// but colour, if it is wanted.
std::string plain_text(const Model& model, std::size_t rows, Charset charset, bool has_colour);

}  // namespace vitals::tool
