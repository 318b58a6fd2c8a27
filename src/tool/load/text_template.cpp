#include "tool/load/text_template.hpp"

#include <algorithm>

#include "core/text/json_text.hpp"
#include "tool/load/values.hpp"

namespace vitals::tool {
namespace {

// RFC 3986 2.3
bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

void append_escaped(std::string& out, std::string_view value, Escape escape) {
  if (escape == Escape::None) {
    out += value;
  } else if (escape == Escape::Path) {
    append_percent_encoded(out, value);
  } else {
    const auto start = out.size();
    detail::append_json_text(out, value);
    if (escape == Escape::JsonString) return;
    out.erase(start, 1);
    out.pop_back();
  }
}

}  // namespace

void append_percent_encoded(std::string& out, std::string_view value) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : value) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15U];
    }
  }
}

void TextTemplate::add(std::string_view text) {
  if (text.empty()) return;
  if (pieces.empty() || pieces.back().variable) pieces.emplace_back();
  pieces.back().text += text;
}

void TextTemplate::add(std::size_t variable, Escape escape) {
  if (pieces.empty() || pieces.back().variable) pieces.emplace_back();
  pieces.back().variable = variable;
  pieces.back().escape = escape;
}

void TextTemplate::add(const TextTemplate& other) {
  for (const auto& piece : other.pieces) {
    add(piece.text);
    if (piece.variable) add(*piece.variable, piece.escape);
  }
}

bool TextTemplate::has(std::size_t variable) const {
  return std::ranges::any_of(pieces, [variable](const Piece& piece) { return piece.variable == variable; });
}

void append(std::string& out, const TextTemplate& text, const Values& values) {
  for (const auto& piece : text.pieces) {
    out += piece.text;
    if (piece.variable) append_escaped(out, values.text(*piece.variable), piece.escape);
  }
}

}  // namespace vitals::tool
