#include "tool/load/load_metrics.hpp"

#include <algorithm>
#include <string>

namespace vitals::tool {
namespace {

constexpr std::size_t kMostRoutes = 10'000;

// 2 % apart from 10 µs to 280 s: percentiles within 2 %.
Buckets fine_bounds(const std::vector<double>& thresholds) {
  const auto fine = Buckets::exponential(10e-6, 1.02, 865);
  std::vector<double> bounds{fine.bounds().begin(), fine.bounds().end()};
  bounds.insert(bounds.end(), thresholds.begin(), thresholds.end());
  std::ranges::sort(bounds);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return Buckets{bounds};
}

FamilyOptions for_routes() {
  FamilyOptions options;
  options.max_series = kMostRoutes;
  return options;
}

}  // namespace

LoadMetrics::LoadMetrics(const std::vector<RequestPlan>& requests, const std::vector<double>& thresholds)
    : requests_(requests),
      sent_(registry_.counter("load_requests_sent_total", "Requests that were begun.")),
      failed_(registry_.counter("load_requests_failed_total", "Requests without a good answer.")),
      counts_(registry_.counter("http_requests_total", "Requests by their answers; 599: none, or a wrong one.",
                                {"method", "endpoint", "status"}, for_routes())) {
  auto& latency =
      registry_.histogram("http_request_duration_seconds", "Time from when a request was due to its answer.",
                          {"method", "endpoint"}, fine_bounds(thresholds), for_routes());
  for (const auto& request : requests) {
    auto& route = *routes_.emplace_back(std::make_unique<Route>());
    route.latency = &latency.with(request.method, request.route);
  }
}

void LoadMetrics::record(std::size_t request, const Outcome& outcome, double seconds) {
  const int status = outcome.is_good() && outcome.status < kFailed ? outcome.status : kFailed;
  counter_of(request, status).inc();
  if (!outcome.is_good()) failed_.inc();
  if (outcome.has_latency()) routes_[request]->latency->observe(seconds);
}

Counter& LoadMetrics::counter_of(std::size_t request, int status) {
  // Release, acquire: whoever finds the counter of another thread must see it made. Whoever finds nothing looks it up
  // in the family, which gives all the same one.
  auto& known = routes_[request]->statuses[static_cast<std::size_t>(status)];
  if (auto* counter = known.load(std::memory_order_acquire)) return *counter;
  auto& counter = counts_.with(requests_[request].method, requests_[request].route, std::to_string(status));
  known.store(&counter, std::memory_order_release);
  return counter;
}

HistogramSnapshot LoadMetrics::latency() const {
  const auto first = latency(0);
  std::vector<double> bounds{first.bounds().begin(), first.bounds().end()};
  std::vector<std::uint64_t> counts(first.counts().size());
  double sum = 0;
  for (const auto& route : routes_) {
    const auto one = route->latency->snapshot();
    for (std::size_t i = 0; i < counts.size(); ++i) counts[i] += one.counts()[i];
    sum += one.sum();
  }
  return {std::move(bounds), std::move(counts), sum};
}

}  // namespace vitals::tool
