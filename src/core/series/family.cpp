#include <new>
#include <span>
#include <string>
#include <vector>

#include <vitals/family.hpp>

#include "core/series/family_base.hpp"
#include "core/text/utf8.hpp"

// What the templates of family.hpp call.
namespace vitals::detail {

void* find_or_create(FamilyBase& family, const std::string_view* values) { return family.find_or_create(values); }

bool remove(FamilyBase& family, const std::string_view* values) { return family.remove(values); }

// Values that are not UTF-8, or very long, take memory to be looked up; without it, the series stays.
void end_scoped(FamilyBase& family, const std::string_view* values, const void* metric) noexcept {
  try {
    family.remove(values, metric);
  } catch (const std::bad_alloc&) {
  }
}

std::size_t remove_matching(FamilyBase& family, const LabelPair* wanted, std::size_t n) {
  std::vector<LabelMatch> matches;
  for (const LabelPair& pair : std::span{wanted, n}) {
    family.check_has(pair.name);
    matches.push_back({std::string{pair.name}, to_valid_utf8(pair.value)});
  }
  return family.remove_matching(matches);
}

std::size_t size(const FamilyBase& family) { return family.size(); }

}  // namespace vitals::detail
