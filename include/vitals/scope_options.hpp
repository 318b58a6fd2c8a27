#pragma once

#include <string>
#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals {

/// What all that is declared in a Scope has in common.
struct ScopeOptions {
  /// Begins every name, those of infos, callbacks and families of collectors too, after the prefix of the outer scope.
  std::string prefix{};
  /// Constant labels of every series, after those of the registry and of the outer scope and before its own, none of
  /// which may have their names. Scopes whose labels have the same names and other values may declare the same metric:
  /// it is exposed as one, with the series of all.
  std::vector<Label> labels{};
};

}  // namespace vitals
