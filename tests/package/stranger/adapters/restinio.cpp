#include <vitals/http/restinio.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  restinio::router::express_router_t<> router;
  router.http_get("/a/:id", vitals::metered(http, [](const auto& request, const auto&, auto& timed) {
                    return vitals::done(timed, request->create_response());
                  }));
  vitals::mount(router, registry);
}
