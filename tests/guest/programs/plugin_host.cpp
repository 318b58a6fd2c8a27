// Gives a plug-in its registry, unloads it, scrapes, and destroys the registry.
#include <cstdio>
#include <string>

#include <dlfcn.h>

#include <vitals/vitals.hpp>

int main(int, char** argv) {
  std::size_t bytes = 0;
  {
    vitals::Registry registry;
    registry.counter("host_total", "Host.").inc();
    for (int time = 0; time < 2; ++time) {  // what is declared again meets what the unloaded one left
      void* plugin = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
      if (plugin == nullptr) {
        std::puts(dlerror());
        return 1;
      }
      reinterpret_cast<void (*)(vitals::Registry&)>(dlsym(plugin, "plugin_init"))(registry);
      dlclose(plugin);
      if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD) != nullptr) {
        std::puts("it stays loaded, so this shows nothing");
        return 1;
      }
    }
    bytes = vitals::to_text(registry).size() + vitals::to_openmetrics(registry).size() +
            vitals::to_protobuf(registry).size() + registry.snapshot().size();
    registry.counter("plugin_j_total", "Of the plug-in.", {"method", "code"}).with("GET", 200).inc();
  }
  if (bytes == 0) return 1;
  std::puts("works");
  return 0;
}
