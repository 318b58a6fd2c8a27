#include "core/text/names.hpp"

#include <algorithm>

#include "core/text/escaping.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

bool is_legacy_name(std::string_view name, NameKind kind) noexcept {
  return !name.empty() && is_legacy_char(name.front(), true, kind) &&
         std::all_of(name.begin(), name.end(), [kind](char c) { return is_legacy_char(c, false, kind); });
}

std::string nearest_legacy_name(std::string_view name, NameKind kind) {
  std::string legacy = name.empty() || (name.front() >= '0' && name.front() <= '9') ? "_" : "";
  for (const char c : name) legacy += is_legacy_char(c, false, kind) ? c : '_';
  return legacy;
}

bool valid_metric_name(std::string_view name, bool utf8) noexcept {
  return utf8 ? !name.empty() && is_valid_utf8(name) : is_legacy_name(name, NameKind::Metric);
}

bool valid_label_name(std::string_view name, bool utf8) noexcept {
  return (utf8 ? !name.empty() && is_valid_utf8(name) : is_legacy_name(name, NameKind::Label)) &&
         !is_reserved_label(name) && !(utf8 && are_alike(name, kMetricName, NameKind::Label));
}

}  // namespace vitals::detail
