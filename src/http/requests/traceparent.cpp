#include "http/requests/traceparent.hpp"

#include <cstddef>

namespace vitals::detail {
namespace {

// version "-" trace-id "-" parent-id "-" trace-flags
constexpr std::size_t kTraceId = 3;
constexpr std::size_t kSpanId = 36;
constexpr std::size_t kFlags = 53;
constexpr std::size_t kSize = 55;

// Without branches, so that compilers compare many bytes at once.
template <std::size_t N>
bool is_lower_hex(const char* text) noexcept {
  unsigned faults = 0;
  for (std::size_t i = 0; i < N; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool is_digit = static_cast<unsigned char>(c - '0') < 10;
    const bool is_letter = static_cast<unsigned char>(c - 'a') < 6;
    faults |= static_cast<unsigned>(!is_digit & !is_letter);
  }
  return faults == 0;
}

template <std::size_t N>
bool is_zero(const char* digits) noexcept {
  unsigned set = 0;
  for (std::size_t i = 0; i < N; ++i) set |= static_cast<unsigned>(digits[i] ^ '0');
  return set == 0;
}

}  // namespace

std::optional<Traceparent> parse_traceparent(std::string_view header) noexcept {
  if (header.size() < kSize) return std::nullopt;
  const char* const text = header.data();
  const std::string_view version = header.substr(0, 2);
  const bool ends = header.size() == kSize || (version != "00" && text[kSize] == '-');
  const bool is_divided = text[kTraceId - 1] == '-' && text[kSpanId - 1] == '-' && text[kFlags - 1] == '-';
  if (!ends || !is_divided || version == "ff") return std::nullopt;
  if (!is_lower_hex<2>(text) || !is_lower_hex<32>(text + kTraceId) || !is_lower_hex<16>(text + kSpanId) ||
      !is_lower_hex<2>(text + kFlags))
    return std::nullopt;
  if (is_zero<32>(text + kTraceId) || is_zero<16>(text + kSpanId)) return std::nullopt;
  const char flags = text[kFlags + 1];
  const bool sampled = ((flags <= '9' ? flags - '0' : flags - 'a' + 10) & 1) != 0;
  return Traceparent{header.substr(kTraceId, 32), header.substr(kSpanId, 16), sampled};
}

}  // namespace vitals::detail
