#include "http/requests/path_normaliser.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vitals::detail {
namespace {

constexpr std::string_view kId = "{id}";
constexpr std::string_view kUuid = "{uuid}";
constexpr std::string_view kHex = "{hex}";
constexpr std::string_view kUlid = "{ulid}";
constexpr std::string_view kDate = "{date}";
constexpr std::string_view kToken = "{token}";

// What a character may be part of.
constexpr std::uint8_t kDigit = 1;
constexpr std::uint8_t kHexDigit = 2;
constexpr std::uint8_t kCrockford = 4;
constexpr std::uint8_t kPlain = 8;  // what RFC 3986 lets stand in a path unescaped, but '*'

constexpr auto kCharacters = [] {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view characters, std::uint8_t what) {
    for (const char c : characters) table[static_cast<unsigned char>(c)] |= what;
  };
  add("0123456789", kDigit | kHexDigit | kCrockford | kPlain);
  add("abcdefABCDEF", kHexDigit);
  add("abcdefghjkmnpqrstvwxyzABCDEFGHJKMNPQRSTVWXYZ", kCrockford);  // without i, l, o, u
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~!$&'()+,;=:@", kPlain);
  return table;
}();

bool is(char c, std::uint8_t what) noexcept { return (kCharacters[static_cast<unsigned char>(c)] & what) != 0; }

// 'x' stands for a character that is `what`, all others for themselves.
bool has_shape(std::string_view text, std::string_view shape, std::uint8_t what) noexcept {
  const auto fits = [what](char c, char wanted) { return wanted == 'x' ? is(c, what) : c == wanted; };
  return std::ranges::equal(text, shape, fits);
}

bool is_date(std::string_view text) noexcept {
  if (!has_shape(text, "xxxx-xx-xx", kDigit)) return false;
  const std::string_view month = text.substr(5, 2);
  const std::string_view day = text.substr(8);
  return month >= "01" && month <= "12" && day >= "01" && day <= "31";
}

// The class of a segment, or the segment if it has none.
std::string_view normal_form(std::string_view segment) noexcept {
  for (const auto name : {kId, kUuid, kHex, kUlid, kDate, kToken}) {
    if (segment == name) return name;
  }
  std::uint8_t all = 0xFF;
  std::uint8_t any = 0;
  for (const char c : segment) {
    const std::uint8_t what = kCharacters[static_cast<unsigned char>(c)];
    all &= what;
    any |= what;
  }
  if ((all & kDigit) != 0) return kId;
  if (has_shape(segment, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", kHexDigit)) return kUuid;
  if ((all & kHexDigit) != 0 && segment.size() >= 16) return kHex;
  if ((all & kCrockford) != 0 && segment.size() == 26 && is(segment[0], kDigit) && segment[0] <= '7') return kUlid;
  if (is_date(segment)) return kDate;
  const bool is_random = segment.size() >= 20 && (any & kDigit) != 0;
  return (all & kPlain) == 0 || is_random || segment.size() > NormalSegments::kMaxSize ? kToken : segment;
}

}  // namespace

std::string_view NormalSegments::take() noexcept {
  if (taken_ == kMaxSegments) return {};
  const std::string_view segment = path_.take();
  if (segment.empty()) return {};
  if (++taken_ < kMaxSegments) return normal_form(segment);
  PathSegments more = path_;
  return segment == "*" || !more.take().empty() ? "*" : normal_form(segment);
}

std::string normalise_path(std::string_view target) {
  NormalSegments path{target};
  if (!path.has_path()) return "";
  std::string out;
  for (auto segment = path.take(); !segment.empty(); segment = path.take()) (out += '/') += segment;
  return out.empty() ? "/" : out;
}

}  // namespace vitals::detail
