#include "tool/top/painter.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

namespace vitals::tool {
namespace {

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

std::string_view sequence_of(Paint paint, bool has_colour) {
  switch (paint) {
    case Paint::Plain:
      return {};
    case Paint::Strong:
      return "\x1b[1m";
    case Paint::Faint:
      return has_colour ? "\x1b[2m" : "";
    case Paint::Reversed:
      return "\x1b[7m";
    case Paint::Good:
      return has_colour ? "\x1b[32m" : "";
    case Paint::Missed:
      return has_colour ? "\x1b[33m" : "";
    case Paint::Bad:
      return has_colour ? "\x1b[1;31m" : "";
    case Paint::Unknown:
      return has_colour ? "\x1b[35m" : "";
  }
  return {};
}

// Terminals differ in how wide some characters are. After a text with others than ASCII the cursor is put where it
// should be, and where a character may be narrower than thought, nothing of the last frame is left below it.
std::string Painter::painted(const Line& line, std::size_t width) const {
  std::string out;
  if (std::ranges::any_of(line.spans, [](const Span& span) { return !is_simple(span.text); })) out += "\x1b[2K";
  std::size_t column = 0;
  for (const auto& span : line.spans) {
    const auto begin = sequence_of(span.paint, has_colour_);
    out += begin;
    out += span.text;
    if (!begin.empty()) out += kPlain;
    column += span.columns;
    if (!is_ascii(span.text) && column < width) out += fmt::format("\x1b[{}G", column + 1);
  }
  if (column < width) out += "\x1b[K";
  return out;
}

std::string Painter::paint(const Frame& frame, const Size& size) {
  if (size != size_) forget();
  std::string out;
  for (std::size_t i = 0; i < frame.lines.size(); ++i) {
    const auto& line = frame.lines[i];
    if (is_known_ && i < last_.size() && last_[i] == line) continue;
    out += fmt::format("\x1b[{};1H{}", i + 1, painted(line, size.columns));
  }
  const bool has_fewer = !is_known_ || frame.lines.size() < last_.size();
  if (has_fewer && frame.lines.size() < size.rows) out += fmt::format("\x1b[{};1H\x1b[J", frame.lines.size() + 1);
  last_ = frame.lines;
  size_ = size;
  is_known_ = true;
  return out.empty() ? out : "\x1b[?2026h" + out + "\x1b[?2026l";
}

}  // namespace vitals::tool
