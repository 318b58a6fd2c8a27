#include <vitals/http/civetweb.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  mg_callbacks callbacks{};
  vitals::instrument(callbacks, http);
  const char* options[] = {"listening_ports", "127.0.0.1:0", "num_threads", "1", nullptr};
  mg_context* const server = mg_start(&callbacks, nullptr, options);
  if (server == nullptr) return 1;
  vitals::mount(server, registry);
  mg_stop(server);
}
