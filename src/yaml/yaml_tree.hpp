#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vitals::detail {

/// Where something stands in a file, from 1.
struct YamlPlace {
  std::size_t line = 1;
  std::size_t column = 1;

  auto operator<=>(const YamlPlace&) const = default;
};

/// A value of a YAML file, with its place.
struct YamlValue {
  /// Unreadable: there is a YamlError about it.
  enum class Kind { Null, Scalar, List, Map, Unreadable };

  Kind kind = Kind::Null;
  YamlPlace place = {};
  std::string scalar = {};
  std::vector<YamlValue> items = {};  ///< of a list; of a map its keys and their values in turns
  bool quoted = false;                ///< of a scalar: it stands in quotes, and so is a text
};

/// The text is not what yaml_tree() reads; what() is the rule and the fix.
struct YamlError : std::invalid_argument {
  YamlError(YamlPlace where, const std::string& text) : std::invalid_argument(text), place(where) {}

  YamlPlace place;
};

/// Lists and maps stand in each other no deeper.
inline constexpr std::size_t kMaxYamlDepth = 16;

/// The single document of a text: at most 1 MiB of UTF-8, without aliases, anchors and tags, whose effects a reader
/// doesn't see. Adds what is wrong to `mistakes`: what they are about, the whole or a list or map in brackets, is
/// Unreadable. Time and memory: a fixed multiple of the text's.
[[nodiscard]] YamlValue yaml_tree(std::string_view text, std::vector<YamlError>& mistakes);
/// The same of a text without mistakes. Throws the first YamlError.
[[nodiscard]] YamlValue yaml_tree(std::string_view text);

}  // namespace vitals::detail
