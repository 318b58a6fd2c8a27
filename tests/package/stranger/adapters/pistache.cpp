#include <memory>

#include <vitals/http/pistache.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  const auto router = std::make_shared<Pistache::Rest::Router>();
  router->get("/a/:id", vitals::metered([](const auto&, auto writer) { writer.send(Pistache::Http::Code::Ok); }));
  vitals::mount(*router, registry);
  return vitals::instrument(router, http) != nullptr ? 0 : 1;
}
