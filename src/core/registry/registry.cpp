#include <cstdio>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <vitals/registry.hpp>

#include "core/registry/registry_state.hpp"
#include "core/system/process_mark.hpp"

namespace vitals {

// The state may outlive the registry: scrapes that are under way and tokens share it.
struct Registry::Impl {
  std::shared_ptr<detail::RegistryState> state;
};

Registry::Registry() : Registry{RegistryOptions{}} {}
Registry::Registry(RegistryOptions options)
    : Registry{*new Impl{std::make_shared<detail::RegistryState>(std::move(options))}} {}
Registry::Registry(Impl& impl) noexcept : Scope{impl.state->root()}, impl_{&impl} {}
Registry::~Registry() { delete impl_; }

std::vector<FamilySnapshot> Registry::snapshot() const {
  std::vector<FamilySnapshot> families;
  impl_->state->visit(
      [&](std::span<detail::FamilyBase* const> same_name) {
        const auto& declared = same_name.front()->declared();
        FamilySnapshot snapshot{declared.name, declared.help, same_name.front()->type(), {}, declared.unit};
        for (auto* family : same_name) {
          MetricSnapshot scratch;  // one for each family: a type fills in only what is its own
          family->read_each(scratch, [&](const MetricSnapshot& metric) { snapshot.metrics.push_back(metric); });
        }
        if (!snapshot.metrics.empty()) families.push_back(std::move(snapshot));
      },
      [&](const FamilySnapshot& family) { families.push_back(family); });
  return families;
}

Registry& default_registry() {
  static Registry& registry = []() -> Registry& {
    static const detail::ProcessMark mark{"vitals-default-registry"};
    if (!mark.is_first()) {
      std::fputs(
          "vitals: default_registry() is there twice, since two copies of vitals are linked into this process, such as "
          "by a plug-in: an endpoint shows what is registered in one of them. Link the same shared library everywhere, "
          "or "
          "pass a registry by reference (docs/core.md, Plug-ins)\n",
          stderr);
    }
    return *new Registry;  // never destroyed: static destructors may still record
  }();
  return registry;
}

}  // namespace vitals
