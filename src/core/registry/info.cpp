#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/info.hpp>

#include "core/registry/info_state.hpp"
#include "core/registry/scope_state.hpp"

namespace vitals {

void Info::set(std::vector<Label> labels) {
  auto& state = static_cast<detail::InfoState&>(*this);
  std::vector<std::string_view> names;
  for (const auto& label : labels) names.push_back(label.name);
  detail::check_labels(state.scope, state.family.name, names, "", state.utf8_names);
  const std::lock_guard lock{state.mutex};
  state.current = std::move(labels);
}

std::vector<Label> Info::labels() const {
  const auto& state = static_cast<const detail::InfoState&>(*this);
  const std::lock_guard lock{state.mutex};
  return state.current;
}

}  // namespace vitals
