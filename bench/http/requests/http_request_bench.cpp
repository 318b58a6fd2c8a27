#include <chrono>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vitals/http.hpp>
#include <vitals/service_levels.hpp>
#include <vitals/vitals.hpp>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kPath = "/api/v1/clients/4711/appointments?page=2";
constexpr const char* kTemplate = "/api/v1/clients/{id}/appointments";

const std::vector<std::string> kRoutes{"/api/v1/clients", "/api/v1/clients/{id}", kTemplate};

// A hook around a request: routed by its path, counted by status, timed per route and over all, in progress.
struct Vitals {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes}};
  void request() { metrics.start("GET", kPath).finish(200); }
};

// The same by a route that the server knows.
struct VitalsByRoute {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes}};
  vitals::RouteRef route = metrics.find(kTemplate);
  void request() { metrics.start("GET", route).finish(200); }
};

// By a template that the server tells with each request: a known one, and one that there was no room for.
struct VitalsByTemplate {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes}};
  void request() { metrics.start("GET", metrics.learn(kTemplate)).finish(200); }
};
struct VitalsBeyondRoutes {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes, .max_routes = 0}};
  void request() { metrics.start("GET", metrics.learn("/api/v1/clients/{id}/invoices")).finish(200); }
};

// By a path that can't be learned any more.
struct VitalsBeyondPaths {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.max_routes = 0, .learn_paths = true}};
  void request() { metrics.start("GET", kPath).finish(200); }
};

// By the time stamp counter.
struct VitalsByRouteTsc {
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes, .clock = vitals::HttpClock::Tsc}};
  vitals::RouteRef route = metrics.find(kTemplate);
  void request() { metrics.start("GET", route).finish(200); }
};

// The same with service levels: six objectives that each request counts for.
struct VitalsWithLevels {
  vitals::ServiceLevels levels{
      .latency = {{.objective = 0.5, .target = std::chrono::milliseconds{50}},
                  {.objective = 0.95, .target = std::chrono::milliseconds{150}},
                  {.objective = 0.99, .target = std::chrono::milliseconds{500}}},
      .error_rate = vitals::RatioLevel{.target = 0.001},
      .availability = vitals::RatioLevel{.target = 0.999},
      .endpoint_classes = {{.name = "all", .others = true, .target = std::chrono::milliseconds{150}}}};
  vitals::Registry registry;
  vitals::HttpMetrics metrics{registry, {.routes = kRoutes, .levels = &levels}};
  vitals::RouteRef route = metrics.find(kTemplate);
  void request() { metrics.start("GET", route).finish(200); }
};

// The same by hand, without routing: the template is given.
struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("http_requests_total").Help("A.").Register(registry);
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram().Name("http_request_duration_seconds").Help("A.").Register(registry);
  prometheus::Gauge& active =
      prometheus::BuildGauge().Name("http_requests_active").Help("A.").Register(registry).Add({});
  const vitals::Buckets buckets = vitals::Buckets::latency();
  const prometheus::Histogram::BucketBoundaries bounds{buckets.bounds().begin(), buckets.bounds().end()};
  void request() {
    active.Increment();
    const auto start = Clock::now();
    const std::chrono::duration<double> took = Clock::now() - start;
    requests.Add({{"method", "GET"}, {"endpoint", kTemplate}, {"status", "200"}}).Increment();
    durations.Add({{"method", "GET"}, {"endpoint", kTemplate}}, bounds).Observe(took.count());
    active.Decrement();
  }
};

// What timing costs whoever does it: two readings of the clock.
struct Bare {
  void request() {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(Clock::now() - start);
  }
};
#if defined(__x86_64__)
struct BareTsc {
  void request() {
    const auto start = __rdtsc();
    benchmark::DoNotOptimize(__rdtsc() - start);
  }
};
#endif

template <class Subject>
void http_request(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->request();
  }
}

BENCHMARK_TEMPLATE(http_request, Vitals)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsByRoute)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsByTemplate)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsBeyondRoutes)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsBeyondPaths)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsWithLevels)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, VitalsByRouteTsc)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, PrometheusCpp)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_request, Bare)->Threads(1)->Threads(2)->UseRealTime();
#if defined(__x86_64__)
BENCHMARK_TEMPLATE(http_request, BareTsc)->Threads(1)->Threads(2)->UseRealTime();
#endif

}  // namespace
