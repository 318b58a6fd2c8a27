#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vitals::detail {

/// `text` for a message or a terminal: control characters as \xNN, and whatever is not ASCII too when the text is not
/// UTF-8; cut with "..." after about `limit` bytes. A hostile server's labels can't drive the terminal.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 80);
/// printable() between single quotes.
[[nodiscard]] std::string in_single_quotes(std::string_view text);

}  // namespace vitals::detail
