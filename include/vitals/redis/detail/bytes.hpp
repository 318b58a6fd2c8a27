#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

/// Appends an argument of a cached function: the tag of its kind, then the number in 8 bytes, or the length in 8 bytes
/// and the text.
void append_number(std::string& out, char tag, std::uint64_t value);
void append_text(std::string& out, char tag, std::string_view value);

/// Appends a part of a composite value: its length in 4 bytes, little endian, then its bytes. Throws std::length_error
/// above 4 GB.
void append_part(std::string& out, std::string_view part);
/// Takes the next part off `text`; nothing if there is no whole one.
std::optional<std::string_view> take_part(std::string_view& text) noexcept;

}  // namespace vitals::detail
