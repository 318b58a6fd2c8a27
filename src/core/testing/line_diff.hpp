#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

/// The lines of `expected` that are not in `actual` ("- …") and the other way round ("+ …"), in order, with those
/// before and after that are in both ("  …"); empty if there is no difference.
[[nodiscard]] std::string line_diff(std::string_view expected, std::string_view actual);

}  // namespace vitals::detail
