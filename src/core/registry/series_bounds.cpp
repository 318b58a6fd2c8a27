#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include <vitals/buckets.hpp>
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

}  // namespace

// What Family::with_bounds() calls. The rules are those of a declaration, so they are asked here.
void* find_or_create(FamilyHandle& handle, const std::string_view* values, std::size_t n, const Buckets& bounds) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return nullptr;
  const Declaration& declared = family->declared();
  if (std::get<HistogramShape>(declared.shape).native)
    refuse(family->name(), "series {" + labels_text(declared, values) +
                               "}: where there are native buckets, all series have the bounds of the metric; use "
                               "with(), or declare the metric without native buckets");
  const auto all = bounds.bounds();
  if (!are_bounds(all)) check_bounds(family->name(), all, labels_text(declared, values));
  void* found = family->find_or_create({values, n}, handle, bounds);
  return handle.family.load(std::memory_order_relaxed) == family ? found : nullptr;
}

}  // namespace vitals::detail
