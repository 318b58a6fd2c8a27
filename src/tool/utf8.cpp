#include "tool/utf8.hpp"

#include <cstdint>

#include <fmt/format.h>

namespace vitals::tool {
namespace {

std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

}  // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const auto length = sequence_length(lead);
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t code = length == 1 ? lead : lead & (0x7fU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      if (!is_continuation(text[i + k])) return false;
      code = (code << 6) | (static_cast<unsigned char>(text[i + k]) & 0x3fU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    if (overlong || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return false;
    i += length;
  }
  return true;
}

std::string printable(std::string_view text, std::size_t limit) {
  auto shown = text.substr(0, limit);
  if (is_utf8(text)) {
    while (shown.size() < text.size() && is_continuation(text[shown.size()])) shown.remove_suffix(1);
  }
  const bool utf8 = is_utf8(shown);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    // U+0080 to U+009F are control characters too.
    const bool c1 = byte == 0xc2 && utf8 && static_cast<unsigned char>(shown[i + 1]) < 0xa0;
    const bool control = byte < 0x20 || byte == 0x7f || c1 || (byte >= 0x80 && !utf8);
    control ? out += fmt::format("\\x{:02x}", c1 ? static_cast<unsigned char>(shown[++i]) : byte) : out += shown[i];
  }
  return out + (shown.size() < text.size() ? "..." : "");
}

}  // namespace vitals::tool
