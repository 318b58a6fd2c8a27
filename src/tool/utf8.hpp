#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::tool {

/// Whether all of `text` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

/// `text` for a terminal: control characters as \xNN, and whatever is not ASCII too when the text is not UTF-8; cut
/// with
/// "..." after about `limit` bytes. A hostile server's labels can't drive the terminal.
std::string printable(std::string_view text, std::size_t limit = 80);

}  // namespace vitals::tool
