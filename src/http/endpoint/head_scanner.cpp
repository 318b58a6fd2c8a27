#include "http/endpoint/head_scanner.hpp"

#include <algorithm>

namespace vitals::detail {
namespace {

// Longer than any method and version around a target of kMaxTarget.
constexpr std::size_t kMaxRequestLine = kMaxTarget + 64;
constexpr std::size_t kMaxEmptyLines = 8;  // before a request, RFC 9112 2.2

bool is_token_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

// "GET / HTTP/1.1": what stands before the version is the parser's.
bool is_request_line(std::string_view line) noexcept {
  constexpr std::string_view kVersion = " HTTP/";
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < kVersion.size() + 3) return false;
  const auto version = line.substr(line.size() - kVersion.size() - 3);
  return version.starts_with(kVersion) && is_digit(version[6]) && version[7] == '.' && is_digit(version[8]);
}

// "name: value", or what goes on from the line before.
bool is_field_line(std::string_view line) noexcept {
  if (line.starts_with(' ') || line.starts_with('\t')) return true;
  const auto name = line.substr(0, line.find(':'));
  return name.size() < line.size() && !name.empty() && std::all_of(name.begin(), name.end(), is_token_character);
}

}  // namespace

HeadScanner::Result HeadScanner::scan(std::string_view received) noexcept {
  while (begin_ < kMaxEmptyLines * 2 && received.substr(begin_).starts_with("\r\n")) begin_ += 2;
  const bool may_be_empty_line = begin_ < kMaxEmptyLines * 2 && received.substr(begin_) == "\r";
  if (begin_ == received.size() || may_be_empty_line) return {0, 0};
  has_begun_ = true;
  if (!is_token_character(received[begin_])) return {400, 0};
  line_ = std::max(line_, begin_);
  for (scanned_ = std::max(scanned_, begin_); scanned_ < received.size(); ++scanned_) {
    const char c = received[scanned_];
    if (c == '\0') return {400, 0};
    if (!has_line_ && scanned_ - begin_ > kMaxRequestLine) return {414, 0};
    if (c != '\n') continue;
    if (received[scanned_ - 1] != '\r') return {400, 0};
    const auto line = received.substr(line_, scanned_ - 1 - line_);
    if (has_line_ && line.empty()) return {0, scanned_ + 1};
    if (!(has_line_ ? is_field_line(line) : is_request_line(line))) return {400, 0};
    has_line_ = true;
    line_ = scanned_ + 1;
  }
  return {received.size() < kMaxHeadBytes ? 0 : 431, 0};
}

}  // namespace vitals::detail
