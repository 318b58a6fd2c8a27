#include "core/registry/scope_state.hpp"

#include <algorithm>
#include <cstddef>

#include "core/formats/text_pieces.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

// Who gave the scope that one of its labels.
std::string place_of(const ScopeState& scope, std::size_t label) {
  if (scope.outer == nullptr) return "RegistryOptions::labels";
  if (label < scope.outer->labels.size()) return place_of(*scope.outer, label);
  return "the scope {" + scope.label_text + "}";
}

void check_beside_constant(const ScopeState& scope, std::string_view metric, std::span<const std::string_view> names,
                           std::string_view whose, std::string_view reserved, bool utf8_names) {
  std::vector<std::string_view> all;
  for (const Label& label : scope.labels) all.push_back(label.name);
  for (const auto name : names) {
    const auto found = std::find(all.begin(), all.end(), name);
    if (found != all.end())
      refuse(metric, "label \"" + to_valid_utf8(name) + "\": declared twice, by " + std::string{whose} + " and by " +
                         place_of(scope, static_cast<std::size_t>(found - all.begin())) + "; label names must differ");
  }
  all.insert(all.end(), names.begin(), names.end());
  check_label_names(metric, all, reserved, utf8_names);
}

}  // namespace

std::string text_of(std::span<const Label> labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    append_label(text, name, value);
  }
  return text;
}

std::string shown_name(std::string_view name, std::string_view label_text) {
  std::string shown{name};
  if (!label_text.empty()) shown.append(1, '{').append(label_text).append(1, '}');
  return shown;
}

void check_labels(const ScopeState& scope, std::string_view metric, std::span<const std::string_view> names,
                  std::string_view reserved, bool utf8_names) {
  check_beside_constant(scope, shown_name(metric, scope.label_text), names, "the metric", reserved, utf8_names);
}

void check_scope(const ScopeState& outer, const std::vector<Label>& labels, bool utf8_names) {
  std::vector<std::string_view> names;
  for (const Label& label : labels) names.push_back(label.name);
  check_beside_constant(outer, "(all of the scope {" + text_of(labels) + "})", names, "this scope", "", utf8_names);
}

}  // namespace vitals::detail
