#pragma once
#include <string>
#include <vector>

#include "tool/top/frame.hpp"

namespace vitals::tool {

/// Frames as bytes for a terminal: those of the lines alone that differ from the last frame's, in one piece, which
/// terminals that know how to (DEC mode 2026) show at once. Sequences are those that every terminal since the VT220 and
/// xterm knows.
class Painter {
 public:
  explicit Painter(bool has_colour) : has_colour_(has_colour) {}

  /// Empty if nothing differs.
  [[nodiscard]] std::string paint(const Frame& frame, const Size& size);
  /// The screen shows something else: the next frame is painted whole.
  void forget() { is_known_ = false; }

 private:
  [[nodiscard]] std::string painted(const Line& line, std::size_t width) const;

  bool has_colour_;
  bool is_known_ = false;
  Size size_{};
  std::vector<Line> last_;
};

/// The sequence that begins a paint; empty of Plain. It ends with kPlain.
std::string_view sequence_of(Paint paint, bool has_colour);
inline constexpr std::string_view kPlain = "\x1b[0m";

}  // namespace vitals::tool
