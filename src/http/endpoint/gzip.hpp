#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// Below this a gzip member's 18 bytes and the time for it buy nothing: the answer fits into one packet anyway.
inline constexpr std::size_t kMinBytesToCompress = 1024;

/// The text as one gzip member, fast rather than small; nothing if memory is short or the result isn't smaller.
[[nodiscard]] std::optional<std::string> gzip(std::string_view text);

/// What a gzip member of that many bytes holds. Throws std::bad_alloc. REQUIRES: it is one.
[[nodiscard]] std::string gunzip(std::string_view gzip, std::size_t size);

}  // namespace vitals::detail
