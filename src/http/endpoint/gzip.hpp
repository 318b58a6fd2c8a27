#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "http/endpoint/body_encoder.hpp"

namespace vitals::detail {

/// The text as one gzip member, fast rather than small; nothing if that isn't smaller. Throws std::bad_alloc.
[[nodiscard]] std::optional<std::string> gzip(std::string_view text);

/// What a gzip member of that many bytes holds. Throws std::bad_alloc. REQUIRES: it is one.
[[nodiscard]] std::string gunzip(std::string_view gzip, std::size_t size);

}  // namespace vitals::detail
