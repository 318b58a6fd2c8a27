#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include <vitals/registry.hpp>

#include "core/registry/exposition.hpp"
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

std::vector<FamilySnapshot> Registry::snapshot() const { return detail::snapshot(*impl_->state); }

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
