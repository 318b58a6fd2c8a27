#include "tool/text/json_text.hpp"

#include <fmt/core.h>

#include "tool/text/utf8.hpp"

namespace vitals::tool {

std::string json_text(std::string_view raw) {
  std::string out = "\"";
  for (const char c : is_utf8(raw) ? std::string(raw) : printable(raw, raw.size())) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace vitals::tool
