#pragma once

#include <string>
#include <string_view>

namespace vitals::detail {

enum class NameKind { Metric, Label };

/// The label in which Prometheus keeps the metric's name; "._name.." would be written so.
inline constexpr std::string_view kMetricName = "__name__";

/// Whether a character of a name needs no escaping; `first`: at the beginning of the name.
[[nodiscard]] constexpr bool is_legacy_char(char c, bool first, NameKind kind) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c == ':' && kind == NameKind::Metric) ||
         (c >= '0' && c <= '9' && !first);
}

/// Whether a name needs no escaping: [a-zA-Z_:][a-zA-Z0-9_:]*, and for labels without colons.
[[nodiscard]] bool is_legacy_name(std::string_view name, NameKind kind) noexcept;

/// A legacy name that is near to `name`.
[[nodiscard]] std::string nearest_legacy_name(std::string_view name, NameKind kind);

/// Whether Prometheus keeps a label name for itself.
[[nodiscard]] constexpr bool is_reserved_label(std::string_view name) noexcept { return name.starts_with("__"); }

/// Whether a metric or a label may have the name. `utf8`: any UTF-8 text that is not empty will do. Label names must
/// not be reserved.
[[nodiscard]] bool valid_metric_name(std::string_view name, bool utf8 = false) noexcept;
[[nodiscard]] bool valid_label_name(std::string_view name, bool utf8 = false) noexcept;

}  // namespace vitals::detail
