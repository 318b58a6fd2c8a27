#include "core/text/json_text.hpp"

namespace vitals::detail {

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20) {
      out.append("\\u00").append({kDigits[byte >> 4U], kDigits[byte & 15U]});
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace vitals::detail
