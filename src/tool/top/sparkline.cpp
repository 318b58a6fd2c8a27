#include "tool/top/sparkline.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace vitals::tool {
namespace {

constexpr std::array<std::string_view, 8> kBars{"\u2581", "\u2582", "\u2583", "\u2584",
                                                "\u2585", "\u2586", "\u2587", "\u2588"};
constexpr std::array<std::string_view, 8> kAsciiBars{"_", ".", ":", "-", "=", "+", "*", "#"};

}  // namespace

std::string sparkline(const std::vector<double>& values, std::size_t width, Charset charset) {
  const auto n = std::min(width, values.size());
  const auto begin = values.end() - static_cast<std::ptrdiff_t>(n);
  double most = 0;
  for (auto value = begin; value != values.end(); ++value) {
    if (std::isfinite(*value)) most = std::max(most, *value);
  }
  std::string out(width - n, ' ');
  for (auto value = begin; value != values.end(); ++value) {
    if (!std::isfinite(*value)) {
      out += ' ';
      continue;
    }
    constexpr double kSteps = kBars.size();
    const double step = most > 0 ? std::ceil(*value / most * kSteps) - 1 : 0;
    const auto at = static_cast<std::size_t>(std::clamp(step, 0.0, kSteps - 1));
    out += charset == Charset::Utf8 ? kBars[at] : kAsciiBars[at];
  }
  return out;
}

}  // namespace vitals::tool
