#pragma once

#include <algorithm>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include <vitals/format.hpp>

#include "core/text/escaping.hpp"
#include "core/text/names.hpp"

namespace vitals::detail {

/// Which families a scrape wants: those of these names, as they were declared or as that escaping writes them; all, if
/// there are no names. The names must outlive it.
class NameFilter {
 public:
  /// REQUIRES: names ascend, none twice.
  NameFilter(std::span<const std::string> names, Escaping escaping) noexcept : names_{names}, escaping_{escaping} {}

  [[nodiscard]] bool wants_all() const noexcept { return names_.empty(); }
  [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
  [[nodiscard]] bool wants(std::string_view family) const {
    return wants_all() || has(family) ||
           (!is_legacy_name(family, NameKind::Metric) && has(exposed_name(family, escaping_, NameKind::Metric)));
  }

 private:
  [[nodiscard]] bool has(std::string_view name) const {
    return std::binary_search(names_.begin(), names_.end(), name, std::less<>{});
  }

  std::span<const std::string> names_;
  Escaping escaping_;
};

}  // namespace vitals::detail
