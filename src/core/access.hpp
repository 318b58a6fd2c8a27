#pragma once

#include <cstdint>
#include <new>

#include <vitals/counter.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/registry.hpp>

namespace vitals::detail {

// What the sources of core see of the public classes.
struct Access {
  static CellHead& head(Counter& counter) noexcept { return counter.head_; }
  struct CounterValue {
    std::uint64_t whole;
    double fraction;
  };
  static CounterValue read(const Counter& counter) noexcept;

  static CellHead& head(Histogram& histogram) noexcept { return histogram.head_; }
  static const CellHead& head(const Histogram& histogram) noexcept { return histogram.head_; }
  static PairCell* own(const Histogram& histogram) noexcept { return histogram.own(); }
  static Histogram& make(void* at, const BucketIndex& index) noexcept { return *new (at) Histogram{index}; }

  static Histogram& make(void* at, HistogramExtras& extras) noexcept { return *new (at) Histogram{extras}; }

  static RegistryState& state(const Registry& registry) noexcept { return *registry.state_; }
};

}  // namespace vitals::detail
