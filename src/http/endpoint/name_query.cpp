#include "http/endpoint/name_query.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace vitals::detail {
namespace {

constexpr std::string_view kNameParameter = "name[]";

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

// Nothing if an escape is none. Only as much as `limit` bytes and one.
std::optional<std::string> decode_form(std::string_view text, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < text.size() && out.size() <= limit; ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(16 * high + low);
    i += 2;
  }
  return out;
}

}  // namespace

NameQuery parse_name_query(std::string_view query) {
  static_assert(kMaxNames == 128 && kMaxNameBytes == 1'024, "the texts name them");
  NameQuery found;
  while (!query.empty()) {
    const std::string_view parameter = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(parameter.size() + 1, query.size()));
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (decode_form(parameter.substr(0, equals), kNameParameter.size()) != kNameParameter) continue;
    auto name = decode_form(parameter.substr(std::min(equals + 1, parameter.size())), kMaxNameBytes);
    if (!name) return {{}, "name[]: a '%' is not followed by two hexadecimal digits\n"};
    if (name->size() > kMaxNameBytes) return {{}, "name[]: a name has more than 1024 bytes\n"};
    if (found.names.size() == kMaxNames) return {{}, "name[]: more than 128 names; ask for some of them at a time\n"};
    found.names.push_back(*std::move(name));
  }
  std::sort(found.names.begin(), found.names.end());
  found.names.erase(std::unique(found.names.begin(), found.names.end()), found.names.end());
  return found;
}

}  // namespace vitals::detail
