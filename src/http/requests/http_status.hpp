#pragma once

namespace vitals::detail {

// What a status may be (RFC 9110 section 15); all else counts as `_OTHER`.
inline constexpr int kMinStatus = 100;
inline constexpr int kMaxStatus = 599;

}  // namespace vitals::detail
