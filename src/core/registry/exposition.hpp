#pragma once

#include <span>
#include <string>
#include <vector>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

class RegistryState;

/// Does what vitals::expose() does, for a caller that keeps the registry's state alive after the registry is gone. With
/// names: only the families of these, whose number alone it costs where the registry itself has all of them.
/// REQUIRES: names ascend, none twice.
void expose(RegistryState& state, const Exposition& exposition, std::string& out,
            std::span<const std::string> names = {});

/// Does what Registry::snapshot() does, for such a caller.
[[nodiscard]] std::vector<FamilySnapshot> snapshot(RegistryState& state);

}  // namespace vitals::detail
