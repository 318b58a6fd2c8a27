#include "core/text/escaping.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

// REQUIRES: the sequence is valid UTF-8.
std::uint32_t decode(std::string_view sequence) noexcept {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  std::uint32_t point = lead & (0x7Fu >> sequence.size());
  for (const char c : sequence.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3Fu);
  return point;
}

void append_value(std::string& out, std::string_view sequence) {
  if (sequence.empty()) {
    out += "_FFFD_";
    return;
  }
  char hex[8];
  out += '_';
  out.append(hex, std::to_chars(hex, hex + sizeof hex, decode(sequence), 16).ptr);
  out += '_';
}

// One character that is not legacy, empty if it isn't UTF-8.
void append_illegal(std::string& out, std::string_view sequence, Escaping escaping) {
  if (escaping == Escaping::Values) {
    append_value(out, sequence);
  } else if (escaping == Escaping::Dots) {
    out += sequence == "." ? "_dot_" : "__";
  } else {
    out += '_';
  }
}

}  // namespace

std::string escape_name(std::string_view name, Escaping escaping, NameKind kind) {
  if (escaping == Escaping::Utf8) return to_valid_utf8(name);
  if (escaping != Escaping::Dots && (name.empty() || is_legacy_name(name, kind))) return std::string{name};
  std::string out = escaping == Escaping::Values ? "U__" : "";
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t length = utf8_length(name.substr(i));
    if (name[i] == '_' && escaping != Escaping::Underscores) {
      out += "__";
    } else if (length == 1 && is_legacy_char(name[i], i == 0, kind)) {
      out += name[i];
    } else {
      append_illegal(out, name.substr(i, length), escaping);
    }
    i += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string exposed_name(std::string_view name, Escaping escaping, NameKind kind) {
  return is_legacy_name(name, kind) ? std::string{name} : escape_name(name, escaping, kind);
}

bool are_alike(std::string_view a, std::string_view b, NameKind kind) {
  if (a == b) return true;
  if (is_legacy_name(a, kind) && is_legacy_name(b, kind)) return false;
  return std::any_of(std::begin(kEscapings), std::end(kEscapings), [=](Escaping escaping) {
    return exposed_name(a, escaping, kind) == exposed_name(b, escaping, kind);
  });
}

}  // namespace vitals::detail
