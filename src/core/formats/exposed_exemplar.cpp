#include "core/formats/exposed_exemplar.hpp"

#include <cmath>
#include <cstddef>
#include <string_view>

#include "core/text/escaping.hpp"
#include "core/text/limits.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

std::size_t exposed_code_points(const Label& label, Escaping escaping) {
  const std::size_t value =
      is_valid_utf8(label.value) ? code_points(label.value) : code_points(to_valid_utf8(label.value));
  if (is_legacy_name(label.name, NameKind::Label)) return label.name.size() + value;
  return code_points(escape_name(label.name, escaping, NameKind::Label)) + value;
}

}  // namespace

bool is_allowed(const Exemplar& exemplar, Escaping escaping) {
  std::size_t length = 0;
  for (const Label& label : exemplar.labels) {
    if (label.name.size() + label.value.size() > 4 * kMaxExemplarCodePoints) return false;
    if (label.value.find('\0') != std::string::npos) return false;  // Prometheus would refuse the whole scrape
    length += exposed_code_points(label, escaping);
  }
  return length <= kMaxExemplarCodePoints && !std::isnan(exemplar.value);
}

const Exemplar* newest_in(const std::vector<Exemplar>& exemplars, double lower, double upper, Escaping escaping) {
  const Exemplar* newest = nullptr;
  for (const Exemplar& exemplar : exemplars) {
    // The lowest bucket has no lower bound, so -Inf lies in it.
    const bool inside = exemplar.value <= upper && (exemplar.value > lower || (std::isinf(lower) && lower < 0));
    if (!inside || (newest != nullptr && newest->timestamp > exemplar.timestamp)) continue;
    if (is_allowed(exemplar, escaping)) newest = &exemplar;
  }
  return newest;
}

}  // namespace vitals::detail
