#pragma once

#include <cstddef>
#include <string_view>

#include <vitals/exposition.hpp>

namespace vitals::detail {

/// Decides the Content-Type of an answer, which vitals::content_type() then writes: the exposition that the client
/// wants most of those that exist; the text format 0.0.4 for a client that asks for nothing, anything or nonsense.
/// Never refuses: a scraper that gets 406 loses its target, one that gets text can read it.
[[nodiscard]] Exposition choose_exposition(std::string_view accept) noexcept;

/// How many different bodies the expositions have, and which of them this one has: text 0.0.4 and 1.0.0 share theirs.
inline constexpr std::size_t kBodies = 12;
[[nodiscard]] std::size_t body_index(const Exposition& exposition) noexcept;

/// Decides the Content-Encoding: whether the client takes gzip, and doesn't prefer the bare body.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding) noexcept;

}  // namespace vitals::detail
