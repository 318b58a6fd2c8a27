#include <mutex>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <vitals/detail/dynamic_families.hpp>
#include <vitals/dynamic_family.hpp>

#include "core/series/family_base.hpp"
#include "core/text/utf8.hpp"

// What the templates of dynamic_family.hpp and scoped_series.hpp call.
namespace vitals::detail {

void* find_or_create(FamilyBase& family, const GivenLabel* labels, std::size_t n) {
  return family.find_or_create(std::span{labels, n});
}

bool remove(FamilyBase& family, const GivenLabel* labels, std::size_t n) { return family.remove(std::span{labels, n}); }

void end_scoped(FamilyBase& family, const std::vector<Label>& labels, const void* metric) noexcept {
  try {
    const GivenLabels given{labels};
    family.remove(std::span{given.begin(), given.size()}, metric);
  } catch (const std::bad_alloc&) {
  }
}

std::size_t remove_matching(FamilyBase& family, const GivenLabel* wanted, std::size_t n) {
  std::vector<LabelMatch> matches;
  for (const GivenLabel& label : std::span{wanted, n}) {
    family.check_has(label.name());
    matches.push_back({std::string{label.name()}, to_valid_utf8(label.value())});
  }
  return family.remove_matching(matches);
}

void* users_dynamic_family(FamilyBase& family, void* (*make)(void* at, FamilyBase& family)) {
  // As the metric of a family without labels, it is there from the beginning.
  if (family.declared().is_single()) (void)family.find_or_create(static_cast<const std::string_view*>(nullptr));
  const std::lock_guard lock{family.users_family_mutex};
  if (family.users_dynamic_family == nullptr)
    family.users_dynamic_family = make(&family.users_dynamic_family_memory, family);
  return family.users_dynamic_family;
}

}  // namespace vitals::detail
