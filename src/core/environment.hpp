#pragma once

#include <string>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/snapshot.hpp>

#include "core/series_arena.hpp"

namespace vitals::detail {

// What the families of a registry share.
struct Environment {
  std::vector<Label> labels;  // of every series; valid UTF-8
  const Clock* clock = &Clock::real();
  SeriesArena series{};
};

}  // namespace vitals::detail
