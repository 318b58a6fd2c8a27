#pragma once

#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

class RegistryState;

/// What a Scope points to: what all that is declared in it has in common. Lives as long as its registry's state.
struct ScopeState {
  RegistryState& registry;
  const ScopeState* outer;    // null: the registry's own scope
  std::string prefix;         // after that of the outer one
  std::vector<Label> labels;  // the registry's, those of the outer scope, its own; valid UTF-8
  std::string label_text;     // without the registry's, as they are written: `a="b",c="d"`
};

/// Labels as they are written, `a="b",c="d"`.
[[nodiscard]] std::string text_of(std::span<const Label> labels);
/// A metric as messages call it, with the labels of its scope: `lines_total{component="log"}`.
[[nodiscard]] std::string shown_name(std::string_view name, std::string_view label_text);

/// Throws std::invalid_argument unless a metric of the scope may have labels of these names. `metric` is its whole
/// name, `reserved` a name that its type takes, or empty.
void check_labels(const ScopeState& scope, std::string_view metric, std::span<const std::string_view> names,
                  std::string_view reserved, bool utf8_names);
/// The same for the labels of a scope within this one.
void check_scope(const ScopeState& outer, const std::vector<Label>& labels, bool utf8_names);

/// What tells apart what is declared: the whole name, and the labels of its scope.
struct ScopedName {
  std::string name;
  std::string label_text;

  friend auto operator<=>(const ScopedName&, const ScopedName&) = default;
};

}  // namespace vitals::detail
