#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

#include <vitals/clock.hpp>
#include <vitals/exemplar.hpp>

#include "core/series/lasting_memory.hpp"
#include "core/system/epochs.hpp"

namespace vitals::detail {

/// That nobody can foresee: from the system's source of randomness.
[[nodiscard]] std::uint64_t random_word();

/// What the families of a registry share.
struct Environment {
  bool utf8_names = false;  // RegistryOptions::utf8_names
  const Clock* clock = &Clock::real();
  TraceSource trace_source{};
  std::chrono::nanoseconds exemplar_interval{0};
  std::array<std::atomic<std::uint64_t>, 4> dropped_exemplars{};  // by ExemplarDrop; relaxed: a statistic
  // What makes the seeds of tables, so that nobody can choose label values that fall into one slot.
  std::atomic<std::uint64_t> secret{random_word()};
  Epochs epochs{};  // its readers walk over series
  LastingMemory lasting{};
};

}  // namespace vitals::detail
