#pragma once

#include <cstdint>

#include <vitals/counter.hpp>
#include <vitals/histogram.hpp>
#include <vitals/registry.hpp>

#include "core/cell_arena.hpp"

namespace vitals::detail {

// What the sources of core see of the public classes.
struct Access {
  struct CounterValue {
    std::uint64_t whole;
    double fraction;
  };

  static CounterValue read(const Counter& counter) noexcept {
    return {sum_u64(counter.cells_), sum_double(counter.cells_ + sizeof(std::uint64_t))};
  }
  static const BucketIndex& index(const Histogram& histogram) noexcept { return *histogram.index_; }
  static std::uint64_t bucket(const Histogram& histogram, std::size_t i) noexcept {
    return sum_u64(histogram.cells_ + sizeof(double) * (1 + i));
  }
  static double sum(const Histogram& histogram) noexcept { return sum_double(histogram.cells_); }
  static RegistryState& state(const Registry& registry) noexcept { return *registry.state_; }
};

}  // namespace vitals::detail
