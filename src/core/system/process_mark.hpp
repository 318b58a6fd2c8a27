#pragma once

namespace vitals::detail {

/// Leaves a mark in the process, a mapped page of this name. False if there was one already: another copy of this code
/// is loaded. True also where that can't be seen (no memfd or no /proc). For one call by each copy, at its start: it
/// reads /proc/self/maps.
[[nodiscard]] bool mark_process(const char* name) noexcept;

}  // namespace vitals::detail
