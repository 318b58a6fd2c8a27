#pragma once

#include <cstddef>
#include <new>
#include <type_traits>

#include <vitals/family.hpp>

namespace vitals::detail {

/// The Family that users of `family` hold; made by `make`, in memory for one pointer, if there is none yet.
void* users_family(FamilyBase& family, void* (*make)(void* at, FamilyBase& family));
template <class Metric, std::size_t N>
Family<Metric, N>& users_family(FamilyBase& family) {
  using Made = Family<Metric, N>;
  static_assert(sizeof(Made) == sizeof(void*) && std::is_trivially_destructible_v<Made>);
  const auto make = [](void* at, FamilyBase& made) -> void* { return new (at) Made{made}; };
  return *static_cast<Made*>(users_family(family, make));
}

/// The one metric of a family without labels.
template <class Metric>
Metric& only_metric(FamilyBase& family) {
  return *static_cast<Metric*>(find_or_create(family, nullptr));
}

}  // namespace vitals::detail
