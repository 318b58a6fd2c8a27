#pragma once

#include <chrono>

#include <vitals/service_levels.hpp>

namespace vitals::testing {

/// The service levels of a whole service, the clinic's: each member has something.
inline ServiceLevels guide_levels() {
  using namespace std::chrono_literals;
  return {
      .latency = {{.objective = 0.5, .target = 50ms, .critical = 100ms, .alert_after = 10min},
                  {.objective = 0.95, .target = 150ms, .critical = 500ms, .alert = 200ms},
                  {.objective = 0.99, .target = 500ms, .critical = 1s}},
      .error_rate = RatioLevel{.target = 0.001, .critical = 0.01, .alert = 0.01, .alert_after = 2min},
      .availability = RatioLevel{.target = 0.999, .critical = 0.99},
      .throughput = RateLevel{.target = 100, .critical = 50},
      .endpoint_classes = {{.name = "critical",
                            .routes = {"GET|POST /api/v1/appointments", "GET /api/v1/appointments/{id}",
                                       "GET /api/v1/schedule", "GET /api/v1/clients", "GET /api/v1/clients/{id}"},
                            .target = 150ms},
                           {.name = "important",
                            .routes = {"GET|POST /api/v1/sessions", "GET /api/v1/services", "GET /api/v1/users/me"},
                            .target = 300ms},
                           {.name = "standard", .others = true, .target = 500ms}},
      .route_budgets =
          {{.name = "authentication", .routes = {"POST /api/v1/auth/login"}, .target = 100ms},
           {.name = "lists",
            .routes = {"GET /api/v1/appointments", "GET /api/v1/schedule", "GET /api/v1/clients",
                       "GET /api/v1/sessions", "GET /api/v1/services"},
            .target = 150ms},
           {.name = "details",
            .routes = {"GET /api/v1/appointments/{id}", "GET /api/v1/clients/{id}", "GET /api/v1/users/me"},
            .target = 100ms},
           {.name = "creation", .routes = {"POST /api/v1/appointments", "POST /api/v1/sessions"}, .target = 200ms}},
      .query_budgets = {{.name = "simple",
                         .query_types = {"SELECT", "INSERT", "UPDATE", "DELETE"},
                         .tables = {"users", "clients", "services", "sessions", "none"},
                         .target = 10ms},
                        {.name = "complex",
                         .query_types = {"SELECT", "INSERT", "UPDATE", "DELETE"},
                         .tables = {"appointments"},
                         .target = 50ms},
                        {.name = "aggregation", .query_types = {"SELECT"}, .target = 100ms},
                        {.name = "transactions", .transactions = true, .target = 200ms}},
      .cache_hit_ratio = RatioLevel{.target = 0.5, .alert_after = 10min},
      .memory_usage = RatioLevel{.target = 0.8, .critical = 0.95},
      .pool_usage = RatioLevel{.target = 0.8, .critical = 0.95, .alert = 0.95, .alert_after = 1min},
  };
}

}  // namespace vitals::testing
