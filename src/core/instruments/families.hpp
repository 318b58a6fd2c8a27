#pragma once

#include <memory>

#include "core/series/family_base.hpp"

namespace vitals::detail {

// Make the family of a declaration; each is defined in the source of its instrument.
[[nodiscard]] std::unique_ptr<FamilyBase> make_counters(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_gauges(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_untyped(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_peak_gauges(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_state_sets(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_histograms(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_native_histograms(Declaration declared, Environment& environment);
[[nodiscard]] std::unique_ptr<FamilyBase> make_summaries(Declaration declared, Environment& environment);

}  // namespace vitals::detail
