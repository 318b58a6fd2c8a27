#include "tool/text/json_text.hpp"

#include "core/text/json_text.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {

std::string json_text(std::string_view raw) {
  std::string out;
  detail::append_json_text(out, is_utf8(raw) ? std::string(raw) : printable(raw, raw.size()));
  return out;
}

}  // namespace vitals::tool
