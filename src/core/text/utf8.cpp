#include "core/text/utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "core/text/copy_text.hpp"

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

// The bytes before the first one that is not ASCII.
std::size_t ascii_length(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t word = 0; text.size() - at >= sizeof word; at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080'8080'8080'8080) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at;
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
  for (std::size_t at = 0;;) {
    at += ascii_length(text.substr(at));
    if (at == text.size()) return text.npos;
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) return at;
    at += length;
  }
}

bool is_plain_text(std::string_view text) noexcept {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0 || !is_plain(code_point(text.substr(0, length)))) return false;
    text.remove_prefix(length);
  }
  return true;
}

char* put_valid_utf8(char* out, std::string_view text) noexcept {
  for (std::size_t bad = 0;;) {
    const std::size_t plain = ascii_length(text);
    out = copy_text(out, text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return out;
    const std::size_t length = utf8_length(text, bad);
    out = copy_text(out, length > 0 ? text.substr(0, length) : kReplacement);
    text.remove_prefix(length > 0 ? length : bad);
  }
}

std::string to_valid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string{text};
  std::string valid(most_valid_utf8(text.size()), '\0');
  valid.resize(static_cast<std::size_t>(put_valid_utf8(valid.data(), text) - valid.data()));
  return valid;
}

std::size_t code_points(std::string_view text) noexcept {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace vitals::detail
