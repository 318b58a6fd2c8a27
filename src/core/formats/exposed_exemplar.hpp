#pragma once

#include <vector>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// Whether an exemplar may be written: names, as exposed, and values are together at most 128 code points
/// (OpenMetrics 1.0.0), and it has a value.
[[nodiscard]] bool is_allowed(const Exemplar& exemplar, Escaping escaping);

/// The newest one that may be written and whose value lies in (lower, upper], or nullptr.
[[nodiscard]] const Exemplar* newest_in(const std::vector<Exemplar>& exemplars, double lower, double upper,
                                        Escaping escaping);

}  // namespace vitals::detail
