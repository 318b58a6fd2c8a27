#pragma once

#include <cstddef>

#include <vitals/snapshot.hpp>

#include "core/series/declaration.hpp"

namespace vitals::detail {

struct Declared {
  MetricType type;
  const Declaration& declaration;
};

/// Throws std::invalid_argument, which names both, unless two declarations of one name agree in all but their options
/// and the values of their constant labels, of which the first `registry_labels` are the registry's.
void check_same(const Declared& before, const Declared& now, std::size_t registry_labels);

}  // namespace vitals::detail
