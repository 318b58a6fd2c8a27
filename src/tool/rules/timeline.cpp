#include "tool/rules/timeline.hpp"

#include <fmt/core.h>

#include "core/text/quantity.hpp"

namespace vitals::tool {

using detail::decimal_text;

Timeline& Timeline::hold(double value, std::size_t n) {
  if (n == 0) return *this;
  return add(n == 1 ? decimal_text(value) : fmt::format("{}x{}", decimal_text(value), n - 1), n);
}

Timeline& Timeline::count(double per_second, std::size_t n) {
  if (n == 0) return *this;
  const double growth = per_second * static_cast<double>(step_.count());
  const auto first = steps_ == 0 ? total_ : total_ + growth;
  total_ = first + growth * static_cast<double>(n - 1);
  return add(fmt::format("{}+{}x{}", decimal_text(first), decimal_text(growth), n - 1), n);
}

Timeline& Timeline::missing(std::size_t n) {
  if (n == 0) return *this;
  return add(fmt::format("_x{}", n), n);
}

Timeline& Timeline::gone(std::size_t n) {
  if (n == 0) return *this;
  add("stale", 1);
  return missing(n - 1);
}

Timeline& Timeline::add(const std::string& text, std::size_t n) {
  if (!text_.empty()) text_ += ' ';
  text_ += text;
  steps_ += n;
  return *this;
}

}  // namespace vitals::tool
