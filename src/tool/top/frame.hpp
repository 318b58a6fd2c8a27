#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tool/top/model.hpp"
#include "tool/top/screen_text.hpp"
#include "tool/top/view.hpp"

namespace vitals::tool {

/// How a text looks. What it means never hangs on this alone.
enum class Paint { Plain, Strong, Faint, Reversed, Good, Missed, Bad, Unknown };

struct Span {
  std::string text;
  std::size_t columns;
  Paint paint = Paint::Plain;

  bool operator==(const Span&) const = default;
};

/// One line of the screen.
struct Line {
  std::vector<Span> spans{};

  [[nodiscard]] std::size_t columns() const;
  [[nodiscard]] std::string text() const;
  bool operator==(const Line&) const = default;
};

struct Size {
  std::size_t columns, rows;

  bool operator==(const Size&) const = default;
};

struct Frame {
  std::vector<Line> lines;     ///< at most as many as the screen has, none longer than it is wide
  std::size_t table_rows = 0;  ///< for how many rows of a table there was room
};

/// What else a frame hangs on.
struct Surroundings {
  Size size;
  Charset charset = Charset::Utf8;
  double now = 0;          ///< seconds since 1970
  std::string interval{};  ///< as the option has it
};

/// The screen, as a function of its arguments alone (and of the time zone).
Frame render(const Model& model, const View& view, const Surroundings& around);

/// A verdict's sign, one column wide, and its word.
std::string sign_of(Verdict verdict, Charset charset);
Paint paint_of(Verdict verdict);

/// "14:03:59", in the time zone of the process.
std::string clock_text(double at);

}  // namespace vitals::tool
