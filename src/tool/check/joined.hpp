#pragma once
#include <string>
#include <string_view>

namespace vitals::tool {

/// The texts with the separator between them.
template <class Texts>
std::string joined(const Texts& texts, std::string_view separator) {
  std::string result;
  bool is_first = true;
  for (const std::string_view text : texts) {
    if (!is_first) result += separator;
    result += text;
    is_first = false;
  }
  return result;
}

}  // namespace vitals::tool
