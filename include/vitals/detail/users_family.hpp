#pragma once

#include <new>
#include <type_traits>

#include <vitals/dynamic_family.hpp>
#include <vitals/family.hpp>

namespace vitals::detail {

/// Makes what users hold of a family, in memory of one pointer.
using MakeHandle = FamilyHandle* (*)(void* at, FamilyBase& family);

template <class Held>
FamilyHandle* make_handle(void* at, FamilyBase& family) {
  static_assert(sizeof(Held) == sizeof(FamilyHandle) && std::is_trivially_destructible_v<Held> &&
                std::is_standard_layout_v<Held>);
  return reinterpret_cast<FamilyHandle*>(new (at) Held{family});
}

}  // namespace vitals::detail
