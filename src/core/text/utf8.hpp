#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::detail {

/// What stands for bytes that are not UTF-8: U+FFFD.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
/// Each byte sequence that is not UTF-8 (RFC 3629: overlong forms and surrogates included) becomes one U+FFFD, as W3C's
/// "maximal subpart" practice has it.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);
/// The same at `out`, which has room for most_valid_utf8() bytes; returns the end.
[[nodiscard]] char* put_valid_utf8(char* out, std::string_view text) noexcept;
/// The most bytes that a text of n bytes becomes so.
[[nodiscard]] constexpr std::size_t most_valid_utf8(std::size_t n) noexcept { return 3 * n; }
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// Where the first byte is that is_valid_utf8() objects to; npos if there is none.
[[nodiscard]] std::size_t first_not_utf8(std::string_view text) noexcept;
/// The bytes of the UTF-8 sequence at the start of text; 0 if there is none. REQUIRES: text is not empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;
/// The same, and if there is none, in `bad` how many bytes become one U+FFFD.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept;
/// Whether it is UTF-8 without what can't be seen but changes how texts beside it look: control characters, separators
/// of lines, the controls of bidirectional text, and noncharacters.
[[nodiscard]] bool is_plain_text(std::string_view text) noexcept;
/// The number of code points. REQUIRES: valid UTF-8.
[[nodiscard]] std::size_t code_points(std::string_view text) noexcept;

}  // namespace vitals::detail
