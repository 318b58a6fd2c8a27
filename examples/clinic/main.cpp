// A clinic's web service, measured by vitals: HTTP API, PostgreSQL and Redis. README.md says how to run it.
#include <cstdio>
#include <exception>

#include <httplib.h>

#include <vitals/http.hpp>
#include <vitals/http/httplib.hpp>
#include <vitals/levels.hpp>
#include <vitals/redis.hpp>
#include <vitals/vitals.hpp>

#include "api.hpp"
#include "config.hpp"
#include "database.hpp"
#include "server.hpp"

namespace {

void run(const clinic::Config& config) {
  vitals::Registry registry;
  vitals::register_process_metrics(registry);
  vitals::register_build_info(registry, {.version = "1.0", .revision = "example"});
  const auto levels = vitals::ServiceLevels::load(config.levels);
  // A bound below the targets, which the levels add, and one beyond: http_request_duration_highr_seconds has the
  // rest.
  const vitals::Buckets durations{0.01, 2.5};
  vitals::HttpMetrics http{registry,
                           {.routes = clinic::Api::routes(), .duration_buckets = durations, .levels = &levels}};
  clinic::Database database{registry, config.dsn, config.db_connections, levels};
  vitals::RedisPool redis{registry,
                          {.host = config.redis_host, .port = config.redis_port, .unix_socket = config.redis_socket}};
  vitals::Cache cache{registry, redis, {.prefix = "clinic"}};
  clinic::Api api{database, cache};

  httplib::Server server;
  clinic::configure(server, config);
  api.mount(server);
  vitals::instrument(server, http);
  clinic::bind(server, config);
  vitals::Endpoint endpoint{registry, {.address = config.address, .port = config.metrics_port, .levels = &levels}};
  std::printf("clinic: the API is at http://%s:%d, the metrics are at http://%s:%d/metrics\n", config.address.c_str(),
              config.port, config.address.c_str(), endpoint.port());
  std::fflush(stdout);
  clinic::serve(server, config);
}

}  // namespace

int main() {
  try {
    const auto config = clinic::Config::from_environment();
    clinic::block_signals(config);
    run(config);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "clinic: %s\n", error.what());
    return 1;
  }
}
