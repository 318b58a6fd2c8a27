#pragma once
#include <string>

#include "tool/rules/pack.hpp"

namespace vitals::tool {

/// The first words of each file, by which it is known as written by vitals rules.
inline constexpr const char* kWrittenBy = "# Written by vitals rules ";

/// The rules of a pack for Prometheus. `head`: comments to begin with.
[[nodiscard]] std::string rules_yaml(const Pack& pack, const std::string& head);

/// Unit tests of them for promtool.
[[nodiscard]] std::string tests_yaml(const Pack& pack, const RuleTests& tests, const std::string& head);

}  // namespace vitals::tool
