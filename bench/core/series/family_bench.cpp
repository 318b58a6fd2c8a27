#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

namespace {

using Values = std::array<std::string, 3>;

// 100 series: 4 methods, 5 routes longer than the small-string buffer, 5 statuses.
const std::vector<Values>& label_sets() {
  static const std::vector<Values> sets = [] {
    std::vector<Values> all;
    for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
      for (int route = 0; route < 5; ++route) {
        for (const char* status : {"200", "201", "400", "404", "500"})
          all.push_back({method, "/api/v1/resource/0000" + std::to_string(route), status});
      }
    }
    return all;
  }();
  return sets;
}

const std::vector<std::uint8_t>& sequence() {
  static const std::vector<std::uint8_t> order = [] {
    std::mt19937 random{1};
    std::vector<std::uint8_t> all(65'536);
    for (auto& i : all) i = static_cast<std::uint8_t>(random() % 100);
    return all;
  }();
  return order;
}

struct Vitals {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 3>& family = registry.counter("requests_total", "A.", {"method", "route", "status"});
  void inc(const Values& values) { family.with(values[0], values[1], values[2]).inc(); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& family =
      prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
  void inc(const Values& values) {
    family.Add({{"method", values[0]}, {"route", values[1]}, {"status", values[2]}}).Increment();
  }
};

template <class Subject>
void family_with_inc(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  const auto& sets = label_sets();
  const auto& order = sequence();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->inc(sets[order[i++ & 65'535]]);
  }
}

// In a family that is full: a value that has a series, and others that haven't.
template <bool known>
void family_full_with_inc(benchmark::State& state) {
  static vitals::Registry registry;
  static auto& family = registry.counter("full_total", "A.", {"route"}, {.max_series = 100});
  std::vector<std::string> routes;
  for (int i = 0; i < 100; ++i) {
    family.with("/api/v1/resource/" + std::to_string(i));
    routes.push_back("/api/v1/resource/" + std::to_string(known ? i : i + 100));
  }
  const auto& order = sequence();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) family.with(routes[order[i++ & 65'535]]).inc();
}

// Values in which bytes are replaced, as those are not UTF-8; in a family that has no room for them, too.
template <bool full>
void family_replaced_with_inc(benchmark::State& state) {
  static vitals::Registry registry;
  static auto& family =
      registry.counter("replaced_total", "A.", {"route"}, {.max_series = std::size_t{full ? 0U : 10'000U}});
  std::vector<std::string> routes;
  for (int i = 0; i < 100; ++i) routes.push_back("/api/v1/resource/\xFF" + std::to_string(i));
  const auto& order = sequence();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) family.with(routes[order[i++ & 65'535]]).inc();
}

// The same with so many values that none is remembered; with a series that has such a value, or without.
template <bool other>
void family_many_replaced_with_inc(benchmark::State& state) {
  static vitals::Registry registry;
  static auto& family =
      registry.counter("many_replaced_total", "A.", {"route"}, {.max_series = std::size_t{other ? 1U : 0U}});
  if (other) family.with("\xFF");
  std::vector<std::string> routes;
  for (int i = 0; i < 8'192; ++i) routes.push_back("/api/v1/resource/\xFF" + std::to_string(i));
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 4'000;
  for (auto _ : state) family.with(routes[i++ & 8'191]).inc();
}

// No look-up at all: the series' own numbers, by index.
void family_bare(benchmark::State& state) {
  static thread_local std::array<volatile std::uint64_t, 100> cells{};
  const auto& order = sequence();
  std::size_t i = 0;
  for (auto _ : state) {
    auto& cell = cells[order[i++ & 65'535]];
    cell = cell + 1;
  }
}

BENCHMARK_TEMPLATE(family_with_inc, Vitals)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_with_inc, PrometheusCpp)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_full_with_inc, true)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_full_with_inc, false)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_replaced_with_inc, false)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_replaced_with_inc, true)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_many_replaced_with_inc, false)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(family_many_replaced_with_inc, true)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK(family_bare)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
