// Uses the default registry, and loads a plug-in that does so too. Tells whether both have the same one.
#include <dlfcn.h>

#include <vitals/vitals.hpp>

#include "check.hpp"

int main(int argc, char** argv) {
  CHECK(argc == 2);
  vitals::default_registry().counter("host_total", "H.").inc();
  void* plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  CHECK(plugin != nullptr);
  reinterpret_cast<void (*)(vitals::Registry&)>(dlsym(plugin, "plugin_init"))(vitals::default_registry());
  const bool is_one = contains(vitals::to_text(vitals::default_registry()), "plugin_a_total 1\n");
  std::puts(is_one ? "works" : "two registries");
}
