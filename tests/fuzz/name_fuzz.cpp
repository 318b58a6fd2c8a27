// Any bytes are a name: escaped, it is a legacy name in three schemes and UTF-8 in the fourth, and Values reads back.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "core/text/escaping.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace {

using namespace vitals;
using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool is_legacy(std::string_view name, NameKind kind) {
  const auto allowed = [kind](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || (c == ':' && kind == NameKind::Metric);
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), allowed) && !(name[0] >= '0' && name[0] <= '9');
}

std::string encode(std::uint32_t point) {
  const auto tail = [point](int shift) { return static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) return {static_cast<char>(0xC0 | (point >> 6)), tail(0)};
  if (point < 0x10000) return {static_cast<char>(0xE0 | (point >> 12)), tail(6), tail(0)};
  return {static_cast<char>(0xF0 | (point >> 18)), tail(12), tail(6), tail(0)};
}

std::string unescape_values(std::string_view escaped) {
  if (!escaped.starts_with("U__")) return std::string{escaped};
  std::string name;
  for (escaped.remove_prefix(3); !escaped.empty();) {
    if (escaped[0] != '_') {
      name += escaped[0];
      escaped.remove_prefix(1);
      continue;
    }
    const auto end = escaped.find('_', 1);
    require(end != std::string_view::npos);
    name += end == 1
                ? "_"
                : encode(static_cast<std::uint32_t>(std::stoul(std::string{escaped.substr(1, end - 1)}, nullptr, 16)));
    escaped.remove_prefix(end + 1);
  }
  return name;
}

// Bytes that are not UTF-8 are one U+FFFD each.
std::string replaced(std::string_view name) {
  std::string valid;
  while (!name.empty()) {
    const auto length = utf8_length(name);
    valid += length > 0 ? name.substr(0, length) : "\xEF\xBF\xBD";
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return valid;
}

std::string unescape_dots(std::string_view escaped) {
  std::string name;
  while (!escaped.empty()) {
    const bool dot = escaped.starts_with("_dot_");
    name += dot ? '.' : escaped[0];
    escaped.remove_prefix(dot ? 5 : escaped[0] == '_' ? 2 : 1);
  }
  return name;
}

void require_escapes(std::string_view name, NameKind kind) {
  require(is_legacy(name, kind) == is_legacy_name(name, kind));
  for (const auto escaping : {Escaping::Underscores, Escaping::Dots, Escaping::Values}) {
    const auto escaped = escape_name(name, escaping, kind);
    require(name.empty() ? escaped.empty() : is_legacy(escaped, kind));
    require(exposed_name(name, escaping, kind) == (is_legacy(name, kind) ? name : escaped));
  }
  const auto values = escape_name(name, Escaping::Values, kind);
  if (!is_legacy(name, kind)) require(unescape_values(values) == replaced(name));

  const auto utf8 = escape_name(name, Escaping::Utf8, kind);
  require(is_valid_utf8(utf8) && utf8 == to_valid_utf8(name) && (!is_valid_utf8(name) || utf8 == name));

  std::string without_dots{name};
  std::replace(without_dots.begin(), without_dots.end(), '.', 'x');
  if (is_legacy(without_dots, kind)) require(unescape_dots(escape_name(name, Escaping::Dots, kind)) == name);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view name{reinterpret_cast<const char*>(data), size};
  require_escapes(name, NameKind::Metric);
  require_escapes(name, NameKind::Label);
  return 0;
}
