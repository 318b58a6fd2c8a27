#pragma once

#include <span>
#include <string>
#include <vector>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

#include "core/formats/piece_sink.hpp"

namespace vitals::detail {

class RegistryState;

/// Does what vitals::expose() does, for a caller that keeps the registry's state alive after the registry is gone. With
/// names: only the families of these, whose number alone it costs where the registry itself has all of them.
/// REQUIRES: names ascend, none twice.
void expose(RegistryState& state, const Exposition& exposition, std::string& out,
            std::span<const std::string> names = {});

/// The same in pieces of kPieceBytes, and somewhat more: a piece ends where a line does, and the line or the series
/// that may still be taken back waits for the next one. In protobuf, where the length of a family stands before it, a
/// piece is whole families, or with a store, if the family is large, what that gives, after a small one. What the sink
/// or the store throws ends the walk and is passed on.
void expose(RegistryState& state, const Exposition& exposition, const PieceSink& sink,
            std::span<const std::string> names = {}, PieceStore* store = nullptr);
/// And with what RegistryState::accept() gave, instead of asking collectors.
void expose(RegistryState& state, const Exposition& exposition, const PieceSink& sink,
            std::span<const std::string> names, std::span<const FamilySnapshot> accepted, PieceStore* store = nullptr);

/// Does what Registry::snapshot() does, for such a caller.
[[nodiscard]] std::vector<FamilySnapshot> snapshot(RegistryState& state);
[[nodiscard]] std::vector<FamilySnapshot> snapshot(RegistryState& state, std::span<const FamilySnapshot> accepted);

}  // namespace vitals::detail
