#include "core/text/printable.hpp"

#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

}  // namespace

std::string printable(std::string_view text, std::size_t limit) {
  auto shown = text.substr(0, limit);
  // At most three bytes belong to a character that the cut went through.
  for (int i = 0; i < 3 && shown.size() < text.size() && is_continuation(text[shown.size()]); ++i) {
    if (!is_valid_utf8(text.substr(0, limit + 3).substr(0, shown.size()))) shown.remove_suffix(1);
  }
  const bool utf8 = is_valid_utf8(shown);
  std::string out;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const auto byte = static_cast<unsigned char>(shown[i]);
    // U+0080 to U+009F are control characters too.
    const bool c1 = utf8 && byte == 0xC2 && static_cast<unsigned char>(shown[i + 1]) < 0xA0;
    if (c1) {
      append_hex(out, static_cast<unsigned char>(shown[++i]));
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !utf8)) {
      append_hex(out, byte);
    } else {
      out += shown[i];
    }
  }
  return out + (shown.size() < text.size() ? "..." : "");
}

std::string in_single_quotes(std::string_view text) { return '\'' + printable(text) + '\''; }

}  // namespace vitals::detail
