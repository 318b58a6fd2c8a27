#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry, {.routes = {"/a/{id}"}}};
  http.start("GET", "/a/1").finish(200);
  vitals::Endpoint endpoint{registry, {.address = "127.0.0.1", .port = 0}};
  return endpoint.port() != 0 && vitals::scrape(registry, "", "").status == 200 ? 0 : 1;
}
