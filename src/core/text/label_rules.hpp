#pragma once

#include <span>
#include <string_view>

namespace vitals::detail {

/// The label of the series for those beyond the limit, where each series has label names of its own; its value is
/// "true".
inline constexpr std::string_view kOverflowLabel = "vitals_overflow";

/// The rules of the labels of one series. Throws std::invalid_argument that names the metric, the label, the rule and
/// the fix. `reserved`: a name that the metric keeps for itself, or empty.
void check_label_names(std::string_view metric, std::span<const std::string_view> names, std::string_view reserved,
                       bool utf8 = false);

/// Whether a label of any metric may have the name, even where other names are there, as long as these differ. Of names
/// that need escaping that is not told.
[[nodiscard]] bool is_plain_label(std::string_view name) noexcept;

}  // namespace vitals::detail
