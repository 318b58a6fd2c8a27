#include "http/endpoint/head_scanner.hpp"

#include <algorithm>

namespace vitals::detail {
namespace {

// Longer than any method and version around a target of kMaxTarget.
constexpr std::size_t kMaxRequestLine = kMaxTarget + 64;
constexpr std::size_t kMaxEmptyLines = 8;  // before a request, RFC 9112 2.2

bool is_method_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

}  // namespace

HeadScanner::Result HeadScanner::scan(std::string_view received) noexcept {
  while (begin_ < kMaxEmptyLines * 2 && received.substr(begin_).starts_with("\r\n")) begin_ += 2;
  const bool may_be_empty_line = begin_ < kMaxEmptyLines * 2 && received.substr(begin_) == "\r";
  if (begin_ == received.size() || may_be_empty_line) return {0, 0};
  has_begun_ = true;
  if (!is_method_character(received[begin_])) return {400, 0};
  for (scanned_ = std::max(scanned_, begin_); scanned_ < received.size(); ++scanned_) {
    const char c = received[scanned_];
    if (c == '\0') return {400, 0};
    if (!has_line_ && scanned_ - begin_ > kMaxRequestLine) return {414, 0};
    if (c != '\n') continue;
    if (received[scanned_ - 1] != '\r') return {400, 0};
    has_line_ = true;
    if (received.substr(0, scanned_ + 1).ends_with("\r\n\r\n")) return {0, scanned_ + 1};
  }
  return {received.size() < kMaxHeadBytes ? 0 : 431, 0};
}

}  // namespace vitals::detail
