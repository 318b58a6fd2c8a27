#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::tool {

/// A text between the tags or within the quotes of HTML.
std::string html_text(std::string_view text);

/// A line of a plot.
struct PlotLine {
  std::string name;
  std::vector<double> y;   ///< one for each x; NaN leaves a gap
  std::size_t colour = 0;  ///< the class "line<colour>" of the page's style
};

/// How the numbers of an axis are written.
using AxisText = std::string (*)(double value);

struct Plot {
  std::string title;
  std::vector<double> x;  ///< ascending
  std::vector<PlotLine> lines;
  AxisText x_text, y_text;
  bool log_x = false;  ///< REQUIRES: above 0
  bool bars = false;   ///< of the first line, in place of lines: from x to the next x, the last of which has none
};

/// As an SVG element for the midst of a page, with axes and a legend. Without a value that can be shown it says so.
std::string svg_of(const Plot& plot);

}  // namespace vitals::tool
