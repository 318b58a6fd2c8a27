#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <vitals/native.hpp>
#include <vitals/summary.hpp>

#include "core/text/label_rules.hpp"

namespace vitals::detail {

// The rules of what is registered. Each throws std::invalid_argument that names the metric, the rule and the fix. Those
// of label names: check_label_names().

void check_metric_name(std::string_view name, bool utf8 = false);
/// `base` is the name without `_total`; an empty unit is none.
void check_unit(std::string_view metric, std::string_view base, std::string_view unit);
void check_states(std::string_view metric, std::span<const std::string> states);
/// `series`: the labels of the series whose own bounds they are; empty: they are the metric's.
void check_bounds(std::string_view metric, std::span<const double> bounds, std::string_view series = {});
/// Beside that many classic bounds.
void check_native(std::string_view metric, const Native& native, std::size_t bounds);
void check_summary(std::string_view metric, const SummaryOptions& summary);

}  // namespace vitals::detail
