#pragma once

#include <string_view>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// The base unit of a word such as "milliseconds" or "seconds"; empty: the word is no unit. In lower case.
[[nodiscard]] std::string_view base_unit(std::string_view word) noexcept;
/// The base unit of an abbreviation such as "ms"; empty: the word abbreviates no unit. In lower case.
[[nodiscard]] std::string_view unit_of_abbreviation(std::string_view word) noexcept;

/// Whether a name ends in the unit, after an underscore. The name is that of counters without `_total`.
[[nodiscard]] bool ends_in_unit(std::string_view name, std::string_view unit) noexcept;

/// Whether the unit may stand beside that name, which is that of counters without `_total`. Readers fail the whole
/// scrape for a unit that the name does not end in.
[[nodiscard]] bool is_unit_of(std::string_view unit, std::string_view name, MetricType type) noexcept;

}  // namespace vitals::detail
