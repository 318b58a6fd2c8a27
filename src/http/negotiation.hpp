#pragma once

#include <cstddef>
#include <string_view>

#include <vitals/exposition.hpp>

namespace vitals::detail {

/// The most wanted exposition that we have; the text format 0.0.4 for whoever asks for nothing, anything or nonsense.
/// Never refuses: a scraper that gets 406 loses its target, one that gets text can read it.
[[nodiscard]] Exposition choose_exposition(std::string_view accept) noexcept;

/// How many different ones choose_exposition() can answer, and which of them this is.
inline constexpr std::size_t kExpositions = 16;
[[nodiscard]] std::size_t exposition_index(const Exposition& exposition) noexcept;

/// Whether the client takes gzip, and doesn't prefer the bare body.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace vitals::detail
