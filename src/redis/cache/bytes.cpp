#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <vitals/redis/detail/bytes.hpp>

#include "redis/cache/little_endian.hpp"

namespace vitals::detail {

void append_number(std::string& out, char tag, std::uint64_t value) {
  out += tag;
  put_number(out, value);
}

void append_text(std::string& out, char tag, std::string_view value) {
  append_number(out, tag, value.size());
  out += value;
}

void append_part(std::string& out, std::string_view part) {
  if (part.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw std::length_error{"vitals::Codec: a part of a value is larger than 4 GB"};
  }
  put_number(out, static_cast<std::uint32_t>(part.size()));
  out += part;
}

std::optional<std::string_view> take_part(std::string_view& text) noexcept {
  std::uint32_t size = 0;
  if (!take_number(text, size) || size > text.size()) return std::nullopt;
  const std::string_view part = text.substr(0, size);
  text.remove_prefix(size);
  return part;
}

}  // namespace vitals::detail
