#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"
#include "core/registry/scope_state.hpp"
#include "core/system/process_mark.hpp"

namespace vitals {

// The registry's own scope. What the registry holds may outlive it: scrapes that are under way and tokens share it.
struct Registry::Impl : detail::ScopeState {
  explicit Impl(std::shared_ptr<detail::RegistryState> held) : ScopeState{*held}, state{std::move(held)} {}

  const std::shared_ptr<detail::RegistryState> state;
};

Registry::Registry() : Registry{RegistryOptions{}} {}
Registry::Registry(RegistryOptions options)
    : Scope{*new Impl{std::make_shared<detail::RegistryState>(std::move(options))}} {}
Registry::~Registry() { delete static_cast<Impl*>(&detail::Access::scope(*this)); }

std::vector<FamilySnapshot> Registry::snapshot() const {
  std::vector<FamilySnapshot> families;
  detail::Access::state(*this).visit(
      [&](detail::FamilyBase& family) {
        MetricSnapshot scratch;  // one for each family: a type fills in only what is its own
        const auto& declared = family.declared();
        FamilySnapshot snapshot{declared.name, declared.help, family.type(), {}, declared.unit};
        family.read_each(scratch, [&](const MetricSnapshot& metric) { snapshot.metrics.push_back(metric); });
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
