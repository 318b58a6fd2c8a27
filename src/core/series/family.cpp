#include <new>
#include <span>
#include <string>
#include <vector>

#include <vitals/bound.hpp>
#include <vitals/family.hpp>

#include "core/series/family_base.hpp"
#include "core/text/refuse.hpp"
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

void check_table(const FamilyBase& family, std::uint64_t last) {
  const Declaration& declared = family.declared();
  if (declared.options.expire_after.count() > 0)
    refuse(declared.name,
           "bound(): its series end by FamilyOptions::expire_after, so no references to them may be kept; use with()");
  if (last >= kMaxTable)
    refuse(declared.name, "bound(): the numbers of the set lie " + std::to_string(last) + " apart, the most is " +
                              std::to_string(kMaxTable - 1) + "; use with(), or numbers that follow each other");
}

std::size_t size(const FamilyBase& family) { return family.size(); }

}  // namespace vitals::detail
