#include "results.hpp"

#include <algorithm>

namespace clinic_load {

// Bounds 3 % apart from 50 µs to over 60 s: as exact as the quantiles of the report have to be.
Results::Results() {
  auto& latency = registry_.histogram("clinic_load_duration_seconds", "Time from when a request was due to its answer.",
                                      {"method", "endpoint"}, vitals::Buckets::exponential(50e-6, 1.03, 480));
  for (std::size_t i = 0; i < kRoutes.size(); ++i) {
    routes_[i].latency = &latency.with(kRoutes[i].method, kRoutes[i].endpoint);
  }
  load_.latency = &latency.with("all", "all");
}

void Results::record(std::size_t route, const Outcome& outcome, Clock::duration latency) {
  const bool failed = outcome.status != kRoutes[route].expected_status;
  const bool has_latency = outcome.status != 0 || outcome.failure == "timeout";
  const auto add = [&](RouteResult& result) {
    ++result.requests;
    result.failed += failed;
    if (!has_latency) return;
    result.latency->observe(latency);
    result.slowest = std::max(result.slowest, std::chrono::duration<double>(latency).count());
  };
  add(routes_[route]);
  if (route != kLogin) add(load_);
  ++routes_[route].outcomes[outcome.status != 0 ? std::to_string(outcome.status) : std::string{outcome.failure}];
}

bool Results::all_succeeded() const { return load_.failed == 0 && routes_[kLogin].failed == 0 && unsent_ == 0; }

}  // namespace clinic_load
