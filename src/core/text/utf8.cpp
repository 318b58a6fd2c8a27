#include "core/text/utf8.hpp"

#include <algorithm>
#include <array>

namespace vitals::detail {

namespace {

// Of one sequence of UTF-8.
char32_t code_point(std::string_view sequence) noexcept {
  constexpr std::array<unsigned char, 5> kLeadBits{0, 0x7F, 0x1F, 0x0F, 0x07};
  auto result = static_cast<char32_t>(static_cast<unsigned char>(sequence[0]) & kLeadBits[sequence.size()]);
  for (const char c : sequence.substr(1)) result = result << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return result;
}

// Unicode 15, chapters 23.1 (control codes), 23.2 (bidirectional ordering) and 23.7 (noncharacters).
bool is_plain(char32_t c) noexcept {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  const bool is_control = c < 0x20 || within(0x7F, 0x9F) || within(0x2028, 0x2029);
  const bool is_bidi = c == 0x61C || within(0x200E, 0x200F) || within(0x202A, 0x202E) || within(0x2066, 0x2069);
  const bool is_noncharacter = within(0xFDD0, 0xFDEF) || (c & 0xFFFE) == 0xFFFE;
  return !is_control && !is_bidi && !is_noncharacter;
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  bad = 1;
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
  unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;   // no overlong forms
  unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;  // no surrogates, nothing above U+10FFFF
  for (std::size_t i = 1; i < length; ++i, low = 0x80, high = 0xBF) {
    if (i == text.size() || byte(i) < low || byte(i) > high) return 0;
    bad = i + 1;
  }
  return length;
}

std::size_t utf8_length(std::string_view text) noexcept {
  std::size_t bad = 0;
  return utf8_length(text, bad);
}

bool is_valid_utf8(std::string_view text) noexcept { return first_not_utf8(text) == text.npos; }

std::size_t first_not_utf8(std::string_view text) noexcept {
  unsigned char all = 0;  // without a branch, so that the usual case, ASCII, goes through vector registers
  for (const char c : text) all |= static_cast<unsigned char>(c);
  if (all < 0x80) return text.npos;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
  return text.npos;
}

bool is_plain_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0 || !is_plain(code_point(text.substr(0, length)))) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string to_valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  append_valid_utf8(valid, text);
  return valid;
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace vitals::detail
