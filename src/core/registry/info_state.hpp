#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include <vitals/info.hpp>
#include <vitals/snapshot.hpp>

#include "core/registry/scope_state.hpp"

namespace vitals::detail {

/// What every Info is.
struct InfoState final : Info {
  InfoState(FamilySnapshot head, const ScopeState& its_scope, bool utf8)
      : family{std::move(head)}, scope{its_scope}, utf8_names{utf8} {}

  const FamilySnapshot family;  // without metrics
  const ScopeState& scope;
  const bool utf8_names;
  mutable std::mutex mutex;
  std::vector<Label> current;  // under the lock
};

}  // namespace vitals::detail
