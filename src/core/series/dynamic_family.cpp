#include <new>
#include <span>
#include <string>
#include <vector>

#include <vitals/detail/dynamic_families.hpp>
#include <vitals/dynamic_family.hpp>

#include "core/series/family_base.hpp"
#include "core/text/utf8.hpp"

// What the templates of dynamic_family.hpp and scoped_series.hpp call; find_or_create() is in family_base_find.cpp.
namespace vitals::detail {

bool remove(FamilyHandle& handle, const GivenLabel* labels, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  return family != nullptr && family->remove(std::span{labels, n}, handle);
}

void end_scoped(FamilyHandle& handle, const std::vector<Label>& labels, const void* metric) noexcept {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return;
  try {
    const GivenLabels given{labels};
    family->remove(std::span{given.begin(), given.size()}, handle, metric);
  } catch (const std::bad_alloc&) {
  }
}

std::size_t remove_matching(FamilyHandle& handle, const GivenLabel* wanted, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return 0;
  std::vector<LabelMatch> matches;
  for (const GivenLabel& label : std::span{wanted, n}) {
    family->check_has(label.name());
    matches.push_back({std::string{label.name()}, to_valid_utf8(label.value())});
  }
  return family->remove_matching(matches, handle);
}

}  // namespace vitals::detail
