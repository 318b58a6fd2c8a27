#pragma once

#include <string>

#include <vitals/exposition.hpp>

namespace vitals::detail {

class RegistryState;

/// vitals::expose(), for who keeps the state alive and not the registry.
void expose(RegistryState& state, const Exposition& exposition, std::string& out);

}  // namespace vitals::detail
