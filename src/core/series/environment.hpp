#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <vitals/clock.hpp>
#include <vitals/exemplar.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// What the families of a registry share.
struct Environment {
  std::vector<Label> labels;  // of every series; valid UTF-8
  bool utf8_names = false;    // RegistryOptions::utf8_names
  const Clock* clock = &Clock::real();
  TraceSource trace_source{};
  std::chrono::nanoseconds exemplar_interval{0};
  std::array<std::atomic<std::uint64_t>, 4> dropped_exemplars{};  // by ExemplarDrop; relaxed: a statistic
};

}  // namespace vitals::detail
