// Any bytes as the query of a request: the names in it are within their limits, and are the same when each is escaped.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/endpoint/name_query.hpp"

namespace {

using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string escaped(const NameQuery& query) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const auto& name : query.names) {
    text += text.empty() ? "name[]=" : "&name%5B%5D=";
    for (const char c : name) {
      const auto byte = static_cast<unsigned char>(c);
      text.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const NameQuery query = parse_name_query({reinterpret_cast<const char*>(data), size});
  require(query.fault.empty() || query.names.empty());
  require(query.names.size() <= kMaxNames && std::ranges::is_sorted(query.names));
  require(std::ranges::adjacent_find(query.names) == query.names.end());
  require(std::ranges::all_of(query.names, [](const auto& name) { return name.size() <= kMaxNameBytes; }));
  require(parse_name_query(escaped(query)).names == query.names);
  return 0;
}
