#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// Appends a text as a JSON string with its quotes, RFC 8259 7. REQUIRES: UTF-8.
void append_json_text(std::string& out, std::string_view text);

}  // namespace vitals::detail
