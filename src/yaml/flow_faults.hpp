#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/mark.h>

#include "yaml/yaml_tree.hpp"

namespace vitals::detail {

/// What stands in a mended text for a list or map in brackets that can't be read; no file has it.
inline constexpr char kUnreadable = '\x01';

/// A text without its lists and maps in brackets that can't be read, and what is wrong with each. All places are those
/// of the text that was given.
struct MendedYaml {
  std::string text;
  std::vector<YamlError> mistakes;
};

/// The parser ends at its first mistake. One within brackets that open and close in one line, such as the unquoted
/// { } of [GET /a/{id}], can be passed over, so that those behind it are found too; other mistakes stay in the text.
/// At most 20 are passed over, and none of a text that has kUnreadable.
[[nodiscard]] MendedYaml without_flow_faults(std::string_view text);

[[nodiscard]] YamlPlace place_of(const YAML::Mark& mark);
/// What yaml-cpp says, and the fix.
[[nodiscard]] std::string syntax_mistake(const std::string& what, bool is_indented_by_tab = false);

}  // namespace vitals::detail
