#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <vitals/native.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/summary.hpp>

namespace vitals::detail {

/// `utf8`: any UTF-8 text that is not empty will do, but for label names that start with "__".
[[nodiscard]] bool valid_metric_name(std::string_view name, bool utf8 = false) noexcept;
[[nodiscard]] bool valid_label_name(std::string_view name, bool utf8 = false) noexcept;

/// The label that a type writes itself ("le" for histograms), or empty. A state set's is named like the set.
[[nodiscard]] std::string_view reserved_label(MetricType type) noexcept;

/// Throw std::invalid_argument that names the metric, the rule and the fix.
void check_metric_name(std::string_view name, bool utf8 = false);
void check_label_names(std::string_view metric, std::span<const std::string_view> names, std::string_view reserved,
                       bool utf8 = false);
/// `base` is the name without `_total`; an empty unit is none.
void check_unit(std::string_view metric, std::string_view base, std::string_view unit);
void check_states(std::string_view metric, std::span<const std::string> states);
void check_bounds(std::string_view metric, std::span<const double> bounds);
/// Beside that many classic bounds.
void check_native(std::string_view metric, const Native& native, std::size_t bounds);
void check_summary(std::string_view metric, const SummaryOptions& summary);
[[noreturn]] void refuse(std::string_view metric, const std::string& why);
/// What such a message begins with.
[[nodiscard]] std::string about(std::string_view metric);

/// Each byte sequence that is not UTF-8 (RFC 3629: overlong forms and surrogates included) becomes one U+FFFD, as W3C's
/// "maximal subpart" practice has it.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);
[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// Where the first byte is that is_valid_utf8() objects to; npos if there is none.
[[nodiscard]] std::size_t first_not_utf8(std::string_view text) noexcept;
/// The bytes of the UTF-8 sequence at the start of text; 0 if there is none. REQUIRES: text is not empty.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;
/// The same, and if there is none, in `bad` how many bytes become one U+FFFD.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t& bad) noexcept;

}  // namespace vitals::detail
