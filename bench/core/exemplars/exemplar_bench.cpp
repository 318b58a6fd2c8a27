// What exemplars cost who records: given with an update, due or not due from a trace, and a peak gauge beside a gauge.
#include <algorithm>

#include <benchmark/benchmark.h>

#include <vitals/vitals.hpp>

namespace {

vitals::RegistryOptions traced() {
  const auto trace = [](vitals::TraceContext& out, void*) noexcept {
    std::fill_n(out.trace_id, sizeof out.trace_id, '1');
    std::fill_n(out.span_id, sizeof out.span_id, '2');
    return true;
  };
  return {.trace_source = {trace, nullptr}};
}

struct Metrics {
  vitals::Registry registry{traced()};
  vitals::Counter& counter = registry.counter("a_total", "A.", {.exemplars = true});
  vitals::Histogram& histogram = registry.histogram("b", "B.", vitals::Buckets::latency(), {.exemplars = true});
  vitals::Counter& plain = registry.counter("c_total", "C.");
  vitals::PeakGauge& peak = registry.peak_gauge("d", "D.");
};

Metrics& metrics() {
  static Metrics all;
  return all;
}

void exemplar_counter_automatic(benchmark::State& state) {
  for (auto _ : state) metrics().counter.inc();
}
void exemplar_histogram_automatic(benchmark::State& state) {
  for (auto _ : state) metrics().histogram.observe(0.1);
}
void exemplar_counter_given(benchmark::State& state) {
  for (auto _ : state) metrics().plain.inc(1, {{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}});
}
void peak_gauge_observe(benchmark::State& state) {
  for (auto _ : state) metrics().peak.observe(1);
}
BENCHMARK(exemplar_counter_automatic)->Threads(1)->Threads(2);
BENCHMARK(exemplar_histogram_automatic)->Threads(1)->Threads(2);
BENCHMARK(exemplar_counter_given)->Threads(1)->Threads(2);
BENCHMARK(peak_gauge_observe)->Threads(1)->Threads(2);

}  // namespace
