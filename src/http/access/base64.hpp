#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vitals::detail {

/// The bytes of a text in base64 (RFC 4648, section 4) with its padding; nothing if it has another character or a
/// length that is none, or if bits are set that mean nothing.
[[nodiscard]] std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace vitals::detail
