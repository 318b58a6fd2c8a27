#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <vitals/exposition.hpp>

namespace {

using vitals::Format;
using vitals::MetricType;

std::vector<vitals::FamilySnapshot> families(MetricType type, int series) {
  vitals::FamilySnapshot family{"requests_total", "A.", type, {}};
  for (int i = 0; i < series; ++i) {
    auto& metric = family.metrics.emplace_back();
    metric.labels = {{"method", "GET"}, {"route", "/api/v1/resource/" + std::to_string(i)}, {"status", "200"}};
    metric.value = type == MetricType::Gauge ? i * 0.37 : i;
    metric.whole = metric.count = static_cast<std::uint64_t>(i);
    metric.sum = i * 0.13;
    if (type != MetricType::Histogram) continue;
    for (int b = 0; b < 14; ++b)
      metric.buckets.push_back({std::ldexp(0.0005, b), static_cast<std::uint64_t>(i * b / 14)});
    metric.buckets.push_back({std::numeric_limits<double>::infinity(), metric.count});
  }
  return {family};
}

// Snapshots into a buffer that is kept; items are series.
template <Format format, MetricType type>
void expose(benchmark::State& state) {
  const auto all = families(type, static_cast<int>(state.range(0)));
  std::string out;
  for (auto _ : state) {
    vitals::expose(all, {.format = format}, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  state.counters["bytes"] = static_cast<double>(out.size());
}

BENCHMARK_TEMPLATE(expose, Format::Text, MetricType::Counter)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::OpenMetrics, MetricType::Counter)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::Protobuf, MetricType::Counter)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::Text, MetricType::Gauge)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::OpenMetrics, MetricType::Gauge)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::Protobuf, MetricType::Gauge)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::Text, MetricType::Histogram)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::OpenMetrics, MetricType::Histogram)->Arg(10'000);
BENCHMARK_TEMPLATE(expose, Format::Protobuf, MetricType::Histogram)->Arg(10'000);

}  // namespace
