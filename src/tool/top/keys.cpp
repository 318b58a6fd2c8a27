#include "tool/top/keys.hpp"

#include <optional>
#include <utility>

#include "core/text/utf8.hpp"

namespace vitals::tool {
namespace {

using Kind = Key::Kind;

constexpr std::size_t kMostOfSequence = 64;  // one that goes on for longer is none
constexpr char kEscape = '\x1b';

// Of a sequence without its ESC and [ or O.
std::optional<Kind> kind_of(std::string_view sequence) {
  static constexpr std::pair<std::string_view, Kind> kSequences[] = {
      {"A", Kind::Up},      {"B", Kind::Down},      {"C", Kind::Right},  {"D", Kind::Left}, {"H", Kind::Home},
      {"F", Kind::End},     {"1~", Kind::Home},     {"7~", Kind::Home},  {"4~", Kind::End}, {"8~", Kind::End},
      {"5~", Kind::PageUp}, {"6~", Kind::PageDown}, {"Z", Kind::BackTab}};
  for (const auto& [text, kind] : kSequences) {
    if (text == sequence) return kind;
  }
  return std::nullopt;
}

// How many bytes the sequence has that begins with ESC; 0 if its end hasn't come.
std::size_t sequence_length(std::string_view text) {
  if (text.size() < 2) return 0;
  if (text[1] == 'O') return text.size() < 3 ? 0 : 3;
  if (text[1] != '[') return 1;  // a key of its own
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] >= 0x40 && text[i] <= 0x7E) return i + 1;
  }
  return 0;
}

Key simple_key(std::string_view character) {
  switch (character.front()) {
    case '\r':
    case '\n':
      return {Kind::Enter};
    case '\t':
      return {Kind::Tab};
    case '\x7f':
    case '\b':
      return {Kind::Backspace};
    default:
      return {Kind::Text, std::string(character)};
  }
}

}  // namespace

std::vector<Key> KeyReader::read(std::string_view bytes) {
  const auto text = std::exchange(rest_, {}).append(bytes);
  std::string_view left = text;
  std::vector<Key> keys;
  while (!left.empty()) {
    std::size_t length = 1;
    if (left.front() == kEscape) {
      length = sequence_length(left);
      if (length == 0) {
        if (left.size() > kMostOfSequence) left = {};
        break;
      }
      if (length == 1) keys.push_back({Kind::Escape});
      if (const auto kind = length > 2 ? kind_of(left.substr(2, length - 2)) : std::nullopt) keys.push_back({*kind});
    } else if (const auto n = detail::utf8_length(left); n > 0) {
      length = n;
      const auto key = simple_key(left.substr(0, n));
      if (key.kind != Kind::Text || detail::is_plain_text(key.text)) keys.push_back(key);
    }
    left.remove_prefix(length);
  }
  rest_ = left;
  return keys;
}

std::vector<Key> KeyReader::end() {
  const bool is_key = std::exchange(rest_, {}).size() == 1;
  return is_key ? std::vector<Key>{{Kind::Escape}} : std::vector<Key>{};
}

}  // namespace vitals::tool
