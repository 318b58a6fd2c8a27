#pragma once
#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "tool/top/frame.hpp"
#include "tool/top/screen_text.hpp"

namespace vitals::tool {

/// Puts a line together that is never longer than the screen is wide.
class LineMaker {
 public:
  LineMaker(std::size_t width, Charset charset) : left_(width), charset_(charset) {}

  /// The text in so many columns, of those that are left.
  LineMaker& add(std::string_view text, std::size_t columns, Paint paint = Paint::Plain, Align align = Align::Left) {
    columns = std::min(columns, left_);
    if (columns > 0) line_.spans.push_back({fit(text, columns, charset_, align), columns, paint});
    left_ -= columns;
    return *this;
  }
  /// The text, cut to what is left.
  LineMaker& rest(std::string_view text, Paint paint = Paint::Plain) {
    return add(text, columns_of(text, charset_, left_ + 1), paint);
  }
  LineMaker& gap(std::size_t columns) { return add({}, columns); }

  [[nodiscard]] std::size_t left() const { return left_; }
  [[nodiscard]] Line take() { return std::move(line_); }

 private:
  std::size_t left_;
  Charset charset_;
  Line line_;
};

}  // namespace vitals::tool
