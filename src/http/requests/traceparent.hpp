#pragma once

#include <optional>
#include <string_view>

namespace vitals::detail {

/// Who called: what the header traceparent says. Lifetime: views of the header.
struct Traceparent {
  std::string_view trace_id;  // 32 lower-case hexadecimal digits, not all zeros
  std::string_view span_id;   // 16 of the same: the caller's span, parent-id in the specification
  bool sampled = false;       // whether the caller may have recorded the trace
};

/// Reads a traceparent (https://www.w3.org/TR/trace-context/, level 1, section 3.2). Nothing if there is any fault in
/// it: a wrong length, upper case, an id of zeros, version ff, anything behind version 00. Of later versions it reads
/// what this one knows, as the specification wants: the 55 characters, then the end or a '-'.
/// Cost: about 20 ns; no allocation.
[[nodiscard]] std::optional<Traceparent> parse_traceparent(std::string_view header) noexcept;

}  // namespace vitals::detail
