#include <chrono>
#include <string>

#include <benchmark/benchmark.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "allocations.hpp"

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kUrl = "https://api.example.com/v1/users/42";
constexpr const char* kRoute = "/v1/users/{id}";

// A call around which nothing is done: by its URL, timed by method, host, template and status, counted while under way.
struct VitalsCall {
  vitals::Registry registry;
  vitals::HttpClientMetrics client{registry, {.hosts = {"api.example.com"}, .routes = {"/v1/users", kRoute}}};
  void call() { client.start("GET", kUrl).finish(200); }
};

// The same with a host and a path that are apart already.
struct VitalsCallByHost {
  vitals::Registry registry;
  vitals::HttpClientMetrics client{registry, {.hosts = {"api.example.com"}, .routes = {"/v1/users", kRoute}}};
  void call() { client.start("GET", "api.example.com", "/v1/users/42").finish(200); }
};

// The same by hand, without looking at the URL: host and template are given.
struct PrometheusCppCall {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Histogram>& durations =
      prometheus::BuildHistogram().Name("http_client_request_duration_seconds").Help("A.").Register(registry);
  prometheus::Gauge& active =
      prometheus::BuildGauge().Name("http_client_requests_active").Help("A.").Register(registry).Add({});
  const vitals::Buckets buckets = vitals::Buckets::latency();
  const prometheus::Histogram::BucketBoundaries bounds{buckets.bounds().begin(), buckets.bounds().end()};
  void call() {
    active.Increment();
    const auto start = Clock::now();
    const std::chrono::duration<double> took = Clock::now() - start;
    durations.Add({{"method", "GET"}, {"host", "api.example.com"}, {"endpoint", kRoute}, {"status", "200"}}, bounds)
        .Observe(took.count());
    active.Decrement();
  }
};

// What timing costs whoever does it: two readings of the clock.
struct BareCall {
  void call() {
    const auto start = Clock::now();
    benchmark::DoNotOptimize(Clock::now() - start);
  }
};

template <class Subject>
void http_call(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  handle->call();  // makes its series
  const auto before = allocations();
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->call();
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations() - before), benchmark::Counter::kAvgIterations);
}

BENCHMARK_TEMPLATE(http_call, VitalsCall)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_call, VitalsCallByHost)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_call, PrometheusCppCall)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(http_call, BareCall)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
