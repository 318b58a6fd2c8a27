#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vitals::detail {

/// The formats that a scrape can be answered in.
enum class Format : std::uint8_t { Text };
inline constexpr std::size_t kFormats = 1;

/// The most wanted format that we have; the text format 0.0.4 for whoever asks for nothing, anything or nonsense.
/// Never refuses: a scraper that gets 406 loses its target, one that gets text can read it.
[[nodiscard]] Format choose_format(std::string_view accept) noexcept;

/// The Content-Type of a format: a constant, so nothing that a client sent can come back in it.
[[nodiscard]] std::string_view content_type(Format format) noexcept;

/// Whether the client takes gzip, and doesn't prefer the bare body.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace vitals::detail
