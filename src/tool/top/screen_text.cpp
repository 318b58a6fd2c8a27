#include "tool/top/screen_text.hpp"

#include <algorithm>
#include <cstdint>

#include <wchar.h>

#include "core/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMostMarks = 2;
// More bytes than this for a column are marks upon marks.
constexpr std::size_t kMostBytesOfColumn = 32;

struct Glyph {
  std::string_view bytes;  // of the text
  std::string_view shown;  // what stands for them
  std::size_t columns = 1;
  bool is_cluster = false;  // it may have marks, or two columns
};

char32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(sequence[i]); };
  if (sequence.size() == 1) return byte(0);
  char32_t value = byte(0) & (0xFFU >> (sequence.size() + 1));
  for (std::size_t i = 1; i < sequence.size(); ++i) value = (value << 6U) | (byte(i) & 0x3FU);
  return value;
}

// The character at the start of the text, without what would be marks on it. REQUIRES: text is not empty.
Glyph first_glyph(std::string_view text, Charset charset) {
  const std::string_view replacement = charset == Charset::Utf8 ? detail::kReplacement : "?";
  const auto length = detail::utf8_length(text);
  const auto bytes = text.substr(0, std::max<std::size_t>(length, 1));
  const auto first = static_cast<unsigned char>(text.front());
  if (length == 1) return {bytes, first >= 0x20 && first != 0x7F ? bytes : replacement};
  if (length == 0 || charset == Charset::Ascii || !detail::is_plain_text(bytes)) return {bytes, replacement};
  const int columns = ::wcwidth(static_cast<wchar_t>(code_point(bytes)));
  if (columns < 0) return {bytes, replacement};
  return {bytes, bytes, static_cast<std::size_t>(columns), columns != 1};
}

bool is_invisible(std::string_view bytes) {
  // U+200B to U+200F, U+2060 to U+206F, U+FEFF: they have no look of their own, and join or split their neighbours.
  const auto point = code_point(bytes);
  return (point >= 0x200B && point <= 0x200F) || (point >= 0x2060 && point <= 0x206F) || point == 0xFEFF;
}

// A character with its marks.
Glyph next_glyph(std::string_view text, Charset charset, std::string& shown) {
  auto glyph = first_glyph(text, charset);
  if (glyph.columns == 0) {  // a mark on nothing
    glyph.shown = detail::kReplacement;
    glyph.columns = 1;
  }
  shown = glyph.shown;
  std::size_t end = glyph.bytes.size();
  for (std::size_t marks = 0; end < text.size() && end < kMostBytesOfColumn; ++marks) {
    const auto mark = first_glyph(text.substr(end), charset);
    if (mark.columns != 0 || mark.shown != mark.bytes) break;
    if (marks < kMostMarks && !is_invisible(mark.bytes)) shown += mark.bytes;
    glyph.is_cluster = true;
    end += mark.bytes.size();
  }
  glyph.bytes = text.substr(0, end);
  return glyph;
}

}  // namespace

std::size_t columns_of(std::string_view text, Charset charset, std::size_t limit) {
  std::size_t columns = 0;
  std::string shown;
  while (!text.empty() && columns < limit) {
    const auto glyph = next_glyph(text, charset, shown);
    columns += glyph.columns;
    text.remove_prefix(glyph.bytes.size());
  }
  return std::min(columns, limit);
}

std::string fit(std::string_view text, std::size_t width, Charset charset, Align align) {
  const std::string_view ellipsis = charset == Charset::Utf8 ? "\u2026" : "~";
  std::string out;
  std::string shown;
  std::size_t columns = 0;
  std::size_t kept_bytes = 0;  // of `out`, with which the ellipsis has room
  std::size_t kept_columns = 0;
  while (!text.empty()) {
    const auto glyph = next_glyph(text, charset, shown);
    if (columns + glyph.columns > width) {
      if (width == 0) return {};
      out.resize(kept_bytes);
      out += ellipsis;
      columns = kept_columns + 1;
      break;
    }
    out += shown;
    columns += glyph.columns;
    if (columns < width) {
      kept_bytes = out.size();
      kept_columns = columns;
    }
    text.remove_prefix(glyph.bytes.size());
  }
  const std::string blanks(width - columns, ' ');
  return align == Align::Left ? out + blanks : blanks + out;
}

bool is_simple(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const auto glyph = next_glyph(text, Charset::Utf8, shown);
    if (glyph.is_cluster) return false;
    text.remove_prefix(glyph.bytes.size());
  }
  return true;
}

}  // namespace vitals::tool
