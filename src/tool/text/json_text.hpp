#pragma once
#include <string>
#include <string_view>

namespace vitals::tool {

/// `raw` as a JSON string with its quotes; what is not UTF-8 is shown as \\xNN.
std::string json_text(std::string_view raw);

}  // namespace vitals::tool
