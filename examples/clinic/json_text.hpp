#pragma once

#include <string>
#include <string_view>

namespace clinic {

/// The text as a JSON string, with its quotes. REQUIRES: valid UTF-8, as PostgreSQL gives it.
std::string json_text(std::string_view text);

}  // namespace clinic
