#include "http/endpoint/name_query.hpp"

#include <algorithm>
#include <utility>

#include "http/page/form_query.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kNameParameter = "name[]";

}  // namespace

NameQuery parse_name_query(std::string_view query) {
  static_assert(kMaxNames == 128 && kMaxNameBytes == 1'024, "the texts name them");
  NameQuery found;
  while (!query.empty()) {
    const FormParameter parameter = take_form_parameter(query);
    if (decode_form(parameter.name, kNameParameter.size()) != kNameParameter) continue;
    auto name = decode_form(parameter.value, kMaxNameBytes);
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
