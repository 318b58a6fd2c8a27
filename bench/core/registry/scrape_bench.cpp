#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <vitals/vitals.hpp>

#include "allocations.hpp"

namespace {

const char* const kMethods[] = {"GET", "POST", "PUT", "DELETE"};
const char* const kStatuses[] = {"200", "201", "400", "404", "500"};

struct Labels {
  std::string method, route, status;
  explicit Labels(int i)
      : method{kMethods[i % 4]},
        route{"/api/v1/resource/" + std::to_string(10'000 + i / 20)},
        status{kStatuses[i / 4 % 5]} {}
};

// 11 finite bounds, and 20 observations each.
const std::vector<double> kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

// Series of one family; or counters without labels, each a metric of its own.
enum class Kind { Counters, Histograms, Metrics };

std::string metric_name(int i) { return "service_component_metric_" + std::to_string(i) + "_total"; }

template <Kind kind, vitals::Format format = vitals::Format::Text>
struct Vitals {
  explicit Vitals(int series) {
    if (kind == Kind::Metrics) {
      for (int i = 0; i < series; ++i) registry.counter(metric_name(i), "What it counts.").inc(i);
      return;
    }
    const vitals::FamilyOptions options{.max_series = 10'000'000};
    auto& counters = registry.counter("requests_total", "A.", {"method", "route", "status"}, options);
    auto& histograms =
        registry.histogram("took_seconds", "A.", {"method", "route", "status"}, vitals::Buckets{kBounds}, options);
    for (int i = 0; i < series; ++i) {
      const Labels labels{i};
      if (kind == Kind::Counters) {
        counters.with(labels.method, labels.route, labels.status).inc(i);
      } else {
        auto& histogram = histograms.with(labels.method, labels.route, labels.status);
        for (int n = 0; n < 20; ++n) histogram.observe(n * 0.1);
      }
    }
  }
  const std::string& scrape() {
    vitals::expose(registry, {.format = format}, text);
    return text;
  }

  vitals::Registry registry;
  std::string text;
};

template <Kind kind>
struct PrometheusCpp {
  explicit PrometheusCpp(int series) {
    if (kind == Kind::Metrics) {
      for (int i = 0; i < series; ++i) {
        auto& metric = prometheus::BuildCounter().Name(metric_name(i)).Help("What it counts.").Register(registry);
        metric.Add({}).Increment(i);
      }
      return;
    }
    auto& counters = prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
    auto& histograms = prometheus::BuildHistogram().Name("took_seconds").Help("A.").Register(registry);
    for (int i = 0; i < series; ++i) {
      const Labels labels{i};
      const prometheus::Labels all{{"method", labels.method}, {"route", labels.route}, {"status", labels.status}};
      if (kind == Kind::Counters) {
        counters.Add(all).Increment(i);
      } else {
        auto& histogram = histograms.Add(all, kBounds);
        for (int n = 0; n < 20; ++n) histogram.Observe(n * 0.1);
      }
    }
  }
  std::string scrape() { return prometheus::TextSerializer{}.Serialize(registry.Collect()); }

  prometheus::Registry registry;
};

// What a scrape can't do without: writing its bytes once.
template <Kind kind>
struct Bare {
  explicit Bare(int series) : text{Vitals<kind>{series}.scrape()} {}
  const std::string& scrape() {
    copy.assign(text);
    return copy;
  }

  std::string text;
  std::string copy;
};

template <class Subject>
void scrape(benchmark::State& state) {
  Subject subject{static_cast<int>(state.range(0))};
  std::size_t bytes = subject.scrape().size();
  const std::uint64_t before = allocations();
  for (auto _ : state) {
    const auto& text = subject.scrape();
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
  state.counters["allocations"] = static_cast<double>(allocations() - before) / static_cast<double>(state.iterations());
}

using enum Kind;
using enum vitals::Format;
BENCHMARK_TEMPLATE(scrape, Vitals<Counters>)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Vitals<Counters, OpenMetrics>)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Vitals<Counters, Protobuf>)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, PrometheusCpp<Counters>)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Bare<Counters>)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Vitals<Histograms>)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, PrometheusCpp<Histograms>)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Bare<Histograms>)->Arg(1'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Vitals<Metrics>)->Arg(5'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, PrometheusCpp<Metrics>)->Arg(5'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape, Bare<Metrics>)->Arg(5'000)->Unit(benchmark::kMillisecond);

// Making a registry with so many metrics, and ending it.
template <class Subject>
void declare(benchmark::State& state) {
  for (auto _ : state) {
    Subject subject{static_cast<int>(state.range(0))};
    benchmark::DoNotOptimize(&subject);
  }
}
BENCHMARK_TEMPLATE(declare, Vitals<Metrics>)->Arg(5'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(declare, PrometheusCpp<Metrics>)->Arg(5'000)->Unit(benchmark::kMillisecond);

}  // namespace
