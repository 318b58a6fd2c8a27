#pragma once

#include <cstdint>
#include <new>

#include <vitals/counter.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/state_set.hpp>

namespace vitals {
class Scope;
}

namespace vitals::detail {

class RegistryState;
struct ScopeState;

/// What the sources of core may use of the public classes' private members.
struct Access {
  static CellHead& head(Counter& counter) noexcept { return counter.head_; }
  struct CounterValue {
    std::uint64_t whole;
    double fraction;
  };
  static CounterValue read(const Counter& counter) noexcept;

  static std::atomic<ExemplarSlots*>& exemplars(Counter& counter) noexcept { return counter.exemplars_; }
  static std::atomic<ExemplarSlots*>& exemplars(Histogram& histogram) noexcept { return histogram.exemplars_; }

  static CellHead& head(Histogram& histogram) noexcept { return histogram.head_; }
  static const CellHead& head(const Histogram& histogram) noexcept { return histogram.head_; }
  static PairCell* own(const Histogram& histogram) noexcept { return histogram.own(); }
  static const BucketIndex* index(const Histogram& histogram) noexcept { return histogram.index(); }
  static const HistogramExtras* extras(const Histogram& histogram) noexcept { return histogram.extras(); }
  static Histogram& make(void* at, const BucketIndex& index) noexcept { return *new (at) Histogram{index}; }
  static void set_extras(Histogram& histogram, HistogramExtras& extras) noexcept {
    histogram.layout_ = reinterpret_cast<std::uintptr_t>(&extras);
  }

  static void make(void* at, const PeakWindow& window) noexcept { new (at) PeakGauge{window}; }
  static void make(void* at, const std::vector<std::string>& states) noexcept { new (at) StateSet{states}; }
  static std::uint64_t bits(const StateSet& set) noexcept { return set.bits_.load(std::memory_order_relaxed); }

  static Histogram& make(void* at, HistogramExtras& extras) noexcept { return *new (at) Histogram{extras}; }

  /// Defined in registry/scope.cpp.
  static RegistryState& state(const Scope& scope) noexcept;
  static const ScopeState& scope(const Scope& scope) noexcept;
};

}  // namespace vitals::detail
