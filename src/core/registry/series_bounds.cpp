#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include <vitals/buckets.hpp>
#include <vitals/dynamic_family.hpp>
#include <vitals/family.hpp>

#include "core/formats/text_pieces.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/series/family_base.hpp"
#include "core/text/limits.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

std::string labels_text(const Declaration& declared, const std::string_view* values) {
  std::string text;
  for (const std::string& name : declared.labels) {
    if (!text.empty()) text += ',';
    append_label(text, name, to_valid_utf8(*values++));
  }
  return text;
}

std::string labels_text(std::span<const GivenLabel> labels) {
  std::string text;
  for (const GivenLabel& label : labels) {
    if (!text.empty()) text += ',';
    append_label(text, to_valid_utf8(label.name()), to_valid_utf8(label.value()));
  }
  return text;
}

// labels_of(): those of the series.
template <class LabelsOf>
void check_series_bounds(const FamilyBase& family, const Buckets& bounds, LabelsOf labels_of) {
  if (std::get<HistogramShape>(family.declared().shape).native)
    refuse(family.name(), "series {" + labels_of() +
                              "}: where there are native buckets, all series have the bounds of the metric; use "
                              "with(), or declare the metric without native buckets");
  if (!are_bounds(bounds.bounds())) check_bounds(family.name(), bounds.bounds(), labels_of());
}

}  // namespace

// What with_bounds() calls. The rules are those of a declaration, so they are asked here.
void* find_or_create(const FamilyHandle& handle, const std::string_view* values, std::size_t n, const Buckets& bounds) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return nullptr;
  check_series_bounds(*family, bounds, [&] { return labels_text(family->declared(), values); });
  return family->find_or_create({values, n}, handle, bounds);
}

void* find_or_create(const FamilyHandle& handle, const GivenLabel* labels, std::size_t n, const Buckets& bounds) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return nullptr;
  check_series_bounds(*family, bounds, [&] { return labels_text(std::span{labels, n}); });
  return family->find_or_create(std::span{labels, n}, handle, bounds);
}

}  // namespace vitals::detail
