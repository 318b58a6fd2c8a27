#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <vector>

#include <vitals/bound.hpp>
#include <vitals/family.hpp>

#include "core/series/family_base.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

// What the templates of family.hpp call; find_or_create() is in family_base_find.cpp.
namespace vitals::detail {

bool remove(FamilyHandle& handle, const std::string_view* values, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  return family != nullptr && family->remove({values, n}, handle);
}

// Values that are not UTF-8, or very long, take memory to be looked up; without it, the series stays.
void end_scoped(FamilyHandle& handle, const std::string_view* values, std::size_t n, const void* metric) noexcept {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return;
  try {
    family->remove({values, n}, handle, metric);
  } catch (const std::bad_alloc&) {
  }
}

std::size_t remove_matching(FamilyHandle& handle, const LabelPair* wanted, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return 0;
  std::vector<LabelMatch> matches;
  for (const LabelPair& pair : std::span{wanted, n}) {
    family->check_has(pair.name);
    matches.push_back({std::string{pair.name}, to_valid_utf8(pair.value)});
  }
  return family->remove_matching(matches, handle);
}

void check_table(const FamilyHandle& handle, std::uint64_t last) {
  const FamilyBase* family = handle.family.load(std::memory_order_acquire);
  if (family == nullptr) return;
  if (family->expires())
    refuse(family->name(),
           "bound(): its series end by FamilyOptions::expire_after, so no references to them may be kept; use with()");
  if (last >= kMaxTable)
    refuse(family->name(), "bound(): the numbers of the set lie " + std::to_string(last) + " apart, the most is " +
                               std::to_string(kMaxTable - 1) + "; use with(), or numbers that follow each other");
}

std::size_t size(const FamilyHandle& handle) {
  const FamilyBase* family = handle.family.load(std::memory_order_acquire);
  return family == nullptr ? 0 : family->size();
}

}  // namespace vitals::detail
