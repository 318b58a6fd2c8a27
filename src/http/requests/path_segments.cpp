#include "http/requests/path_segments.hpp"

namespace vitals::detail {
namespace {

constexpr char kEmptyPath[] = "";  // not null

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// RFC 3986, section 3.1.
bool is_scheme_char(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

}  // namespace

std::uint64_t first_word(std::string_view text) noexcept {
  std::uint64_t word = 0;
  for (std::size_t i = std::min<std::size_t>(text.size(), 8); i-- > 0;) {
    word = word << 8 | static_cast<unsigned char>(text[i]);
  }
  return word;
}

std::string_view PathSegments::take() noexcept {
  while (next_ != end_ && *next_ == '/') ++next_;
  const std::string_view segment{next_, segment_size()};
  skip(segment.size());
  return segment;
}

// RFC 9112, section 3.2: the forms of a target.
std::string_view PathSegments::rest_of_path(std::string_view target) noexcept {
  if (target.empty() || target[0] == '?' || target[0] == '#') return kEmptyPath;
  if (!is_letter(target[0])) return {};
  std::size_t scheme = 1;
  while (scheme < target.size() && is_scheme_char(target[scheme])) ++scheme;
  if (!target.substr(scheme).starts_with("://")) return {};
  const auto path = target.find_first_of("/?#", scheme + 3);
  return path == std::string_view::npos || target[path] != '/' ? kEmptyPath : target.substr(path + 1);
}

// Reads no byte behind the end: where there are eight bytes before it, it reads those.
std::uint64_t PathSegments::last_word(const char* begin, const char* at, const char* end) noexcept {
  const auto left = static_cast<std::size_t>(end - at);
  if (left == 0) return 0;
  return end - begin >= 8 ? load_word(end - 8) >> (64 - 8 * left) : first_word({at, left});
}

}  // namespace vitals::detail
