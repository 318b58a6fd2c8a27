#pragma once

#include <string>

#include <vitals/format.hpp>

namespace vitals::detail {

class RegistryState;

/// Does what vitals::expose() does, for a caller that keeps the registry's state alive after the registry is gone.
void expose(RegistryState& state, const Exposition& exposition, std::string& out);

}  // namespace vitals::detail
