#include "http/requests/traceparent.hpp"

namespace vitals::detail {

std::optional<Traceparent> parse_traceparent(std::string_view header) noexcept {
  if (header.size() != 55) return {};
  return Traceparent{header.substr(3, 32), header.substr(36, 16), (header[54] & 1) != 0};
}

}  // namespace vitals::detail
