#pragma once

#include <atomic>

#include <vitals/detail/abi.hpp>

namespace vitals {

class Counter;
class Gauge;
class Histogram;
class PeakGauge;
class StateSet;
class Summary;

namespace detail {

class FamilyBase;

/// What users hold of a family: the way to it, and to nothing once the metric was removed. Its address is used once,
/// and reads as zeros then.
struct FamilyHandle {
  explicit FamilyHandle(FamilyBase& its_family) noexcept : family{&its_family} {}
  FamilyHandle(const FamilyHandle&) = delete;
  FamilyHandle& operator=(const FamilyHandle&) = delete;

  // Emptied under the family's lock, before the family becomes another one. Release when set, acquire when read; who
  // reads it again after a look-up, and finds the same, has met nothing of another family.
  std::atomic<FamilyBase*> family;
};

// What a look-up in a family that was removed gives: what is recorded there shows nowhere.
[[nodiscard]] void* ended(const Counter*) noexcept;
[[nodiscard]] void* ended(const Gauge*) noexcept;
[[nodiscard]] void* ended(const Histogram*) noexcept;
[[nodiscard]] void* ended(const PeakGauge*) noexcept;
[[nodiscard]] void* ended(const StateSet*) noexcept;
[[nodiscard]] void* ended(const Summary*) noexcept;

/// What a look-up has found; null: its family was removed.
template <class Metric>
[[nodiscard]] Metric& found_metric(void* found) noexcept {
  if (found == nullptr) [[unlikely]]
    found = ended(static_cast<const Metric*>(nullptr));
  return *static_cast<Metric*>(found);
}

}  // namespace detail
}  // namespace vitals
