#pragma once

#include <string_view>

#include "core/text/printable.hpp"
#include "core/text/utf8.hpp"

namespace vitals::tool {

using detail::printable;

/// Whether all of `text` is UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) noexcept { return detail::is_valid_utf8(text); }

}  // namespace vitals::tool
