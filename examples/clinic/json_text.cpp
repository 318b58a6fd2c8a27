#include "json_text.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace clinic {

std::string json_text(std::string_view text) {
  const bool is_plain = std::none_of(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
  return is_plain ? std::string{"\""}.append(text).append("\"") : nlohmann::json(text).dump();
}

}  // namespace clinic
