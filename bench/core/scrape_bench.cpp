#include <cstring>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <vitals/vitals.hpp>

namespace {

struct Vitals {
  explicit Vitals(int series) {
    auto& family = registry.counter("requests_total", "A.", {"method", "route", "status"}, {.max_series = 10'000'000});
    for (int i = 0; i < series; ++i) family.with(i % 4, "/api/v1/resource/" + std::to_string(i), 200).inc(i);
  }
  std::string scrape() { return vitals::to_text(registry); }

  vitals::Registry registry;
};

struct PrometheusCpp {
  explicit PrometheusCpp(int series) {
    auto& family = prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
    for (int i = 0; i < series; ++i) {
      family
          .Add({{"method", std::to_string(i % 4)},
                {"route", "/api/v1/resource/" + std::to_string(i)},
                {"status", "200"}})
          .Increment(i);
    }
  }
  std::string scrape() { return prometheus::TextSerializer{}.Serialize(registry.Collect()); }

  prometheus::Registry registry;
};

// What a scrape can't do without: writing its bytes once.
struct Bare {
  explicit Bare(int series) : text{Vitals{series}.scrape()} {}
  std::string scrape() { return text; }

  std::string text;
};

template <class Subject>
void scrape_counters(benchmark::State& state) {
  Subject subject{static_cast<int>(state.range(0))};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const std::string text = subject.scrape();
    bytes = text.size();
    benchmark::DoNotOptimize(text.data());
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}

BENCHMARK_TEMPLATE(scrape_counters, Vitals)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape_counters, PrometheusCpp)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(scrape_counters, Bare)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
