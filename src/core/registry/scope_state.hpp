#pragma once

namespace vitals::detail {

class RegistryState;

/// What a Scope points to.
struct ScopeState {
  RegistryState& registry;
};

}  // namespace vitals::detail
