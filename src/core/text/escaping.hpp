#pragma once

#include <string>
#include <string_view>

#include <vitals/format.hpp>

#include "core/text/names.hpp"

namespace vitals::detail {

/// Those that change names: two names may become one.
inline constexpr Escaping kEscapings[] = {Escaping::Underscores, Escaping::Dots, Escaping::Values};

/// The name by the rules of Prometheus's model.EscapeName, which are stated at Escaping. Like there, Dots changes
/// legacy names too; use exposed_name(). Bytes that are not UTF-8 count as one U+FFFD each.
[[nodiscard]] std::string escape_name(std::string_view name, Escaping escaping, NameKind kind = NameKind::Metric);

/// Whether two names are written alike in some escaping.
[[nodiscard]] bool are_alike(std::string_view a, std::string_view b, NameKind kind);

/// As it is written in an exposition: legacy names unchanged, others escaped.
[[nodiscard]] std::string exposed_name(std::string_view name, Escaping escaping, NameKind kind);

}  // namespace vitals::detail
