#pragma once

#include <optional>
#include <string_view>

namespace vitals::detail {

struct Traceparent {
  std::string_view trace_id;  // 32 hexadecimal digits
  std::string_view span_id;   // 16
  bool sampled;
};

[[nodiscard]] std::optional<Traceparent> parse_traceparent(std::string_view header) noexcept;

}  // namespace vitals::detail
