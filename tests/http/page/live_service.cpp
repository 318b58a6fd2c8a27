// A service with everything that the live page shows, which is asked for without a network: live_service. Prints the
// port of its endpoint, and that of another server where the page is mounted at /status/, then serves until its
// standard input ends.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include <httplib.h>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/levels.hpp>
#include <vitals/vitals.hpp>

using namespace std::chrono_literals;

namespace {

const vitals::ServiceLevels kLevels{
    .latency = {{.objective = 0.95, .target = 150ms, .critical = 5s}},
    .error_rate = vitals::RatioLevel{.target = 0.001, .critical = 0.9},
    .endpoint_classes = {{.name = "critical", .routes = {"GET|POST /api/v1/appointments"}, .target = 100ms}},
    .cache_hit_ratio = vitals::RatioLevel{.target = 0.5}};

}  // namespace

int main() {
  vitals::Registry registry;
  vitals::HttpMetrics http{registry,
                           {.routes = {"GET|POST /api/v1/appointments", "/api/v1/clients/{id}"}, .levels = &kLevels}};
  vitals::register_process_metrics(registry);
  auto& statements =
      registry.histogram("db_query_duration_seconds", "A.", {"query_type", "table"}, vitals::Buckets::latency());
  auto& cache = registry.counter("cache_hits_total", "A.", {"cache_type", "hit"});
  registry.gauge("db_pool_connections_max", "A.", {"pool"}).with("main").set(16);
  registry.gauge("db_pool_connections_active", "A.", {"pool"}).with("main").set(4);
  registry.counter("jobs_total", "Jobs.", {"queue"}).with("<img src=x onerror=alert(1)>").inc();
  const vitals::Endpoint endpoint{registry, {.port = 0, .levels = &kLevels}};
  const vitals::LivePage page{registry, {.levels = &kLevels, .links = {"../metrics"}}};
  httplib::Server server;
  vitals::mount(server, registry);
  vitals::mount(server, page, "/status/");
  const int port = server.bind_to_any_port("127.0.0.1");
  std::jthread listener{[&server] { server.listen_after_bind(); }};
  std::printf("%u %d\n", static_cast<unsigned>(endpoint.port()), port);
  std::fflush(stdout);

  std::jthread load{[&](const std::stop_token& stop) {
    std::mt19937 random{1};
    std::lognormal_distribution<> seconds{-3, 0.7};
    const auto next = [&] { return std::chrono::nanoseconds{static_cast<std::int64_t>(seconds(random) * 1e9)}; };
    for (int i = 0; !stop.stop_requested(); ++i) {
      http.start("GET", "/api/v1/appointments").finish(i % 50 == 0 ? 500 : 200, next());
      http.start("POST", "/api/v1/appointments").finish(201, 2 * next());
      http.start("GET", "/api/v1/clients/7").finish(200, next());
      statements.with("SELECT", "clients").observe(next());
      cache.with("redis", i % 4 == 0 ? "false" : "true").inc();
      std::this_thread::sleep_for(10ms);
    }
  }};
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  server.stop();
}
