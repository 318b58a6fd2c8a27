#include <vitals/text.hpp>

#include "core/access.hpp"
#include "core/registry_state.hpp"
#include "core/text_format.hpp"

namespace vitals {

std::string to_text(const Registry& registry) {
  auto& state = detail::Access::state(registry);
  std::string text;
  const std::size_t last = state.text_size.load(std::memory_order_relaxed);
  text.reserve(last + last / 8);
  state.visit([&](const detail::FamilyBase& family) { family.append_text(text); },
              [&](const FamilySnapshot& family) { detail::append_family(text, family); });
  state.text_size.store(text.size(), std::memory_order_relaxed);
  return text;
}

}  // namespace vitals
