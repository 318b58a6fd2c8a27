// Look-ups of labels that are given with their names: in the order of their declaration, in another one, by a map.
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <prometheus/counter.h>
#include <prometheus/registry.h>

#include <vitals/vitals.hpp>

namespace {

using Values = std::array<std::string, 3>;
using Map = std::map<std::string, std::string>;

// 100 series, as in family_bench.cpp.
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

const std::vector<Map>& maps() {
  static const std::vector<Map> all = [] {
    std::vector<Map> made;
    for (const Values& values : label_sets())
      made.push_back({{"method", values[0]}, {"route", values[1]}, {"status", values[2]}});
    return made;
  }();
  return all;
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

struct Named {
  vitals::Registry registry;
  vitals::DynamicFamily<vitals::Counter>& family =
      registry.counter("requests_total", "A.", vitals::LabelNames{"method", "route", "status"});
};
struct Open {
  vitals::Registry registry;
  vitals::DynamicFamily<vitals::Counter>& family = registry.counter("requests_total", "A.", vitals::LabelNames::any());
};

template <class Families>
struct InOrder : Families {
  void inc(std::size_t i) {
    const Values& values = label_sets()[i];
    this->family.with({{"method", values[0]}, {"route", values[1]}, {"status", values[2]}}).inc();
  }
};
template <class Families>
struct InAnotherOrder : Families {
  void inc(std::size_t i) {
    const Values& values = label_sets()[i];
    this->family.with({{"status", values[2]}, {"route", values[1]}, {"method", values[0]}}).inc();
  }
};
template <class Families>
struct ByMap : Families {
  void inc(std::size_t i) { this->family.with(maps()[i]).inc(); }
};

// With the names known when it was compiled.
struct Fixed {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 3>& family = registry.counter("requests_total", "A.", {"method", "route", "status"});
  void inc(std::size_t i) {
    const Values& values = label_sets()[i];
    family.with(values[0], values[1], values[2]).inc();
  }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& family =
      prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
};
struct PrometheusCppInOrder : PrometheusCpp {
  void inc(std::size_t i) {
    const Values& values = label_sets()[i];
    family.Add({{"method", values[0]}, {"route", values[1]}, {"status", values[2]}}).Increment();
  }
};
struct PrometheusCppByMap : PrometheusCpp {
  void inc(std::size_t i) { family.Add(maps()[i]).Increment(); }
};

template <class Subject>
void dynamic_family_with_inc(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  label_sets();
  maps();
  const auto& order = sequence();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->inc(order[i++ & 65'535]);
  }
}

BENCHMARK_TEMPLATE(dynamic_family_with_inc, Fixed)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, InOrder<Named>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, InAnotherOrder<Named>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, ByMap<Named>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, InOrder<Open>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, InAnotherOrder<Open>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, ByMap<Open>)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, PrometheusCppInOrder)->Threads(1)->Threads(2)->UseRealTime();
BENCHMARK_TEMPLATE(dynamic_family_with_inc, PrometheusCppByMap)->Threads(1)->Threads(2)->UseRealTime();

}  // namespace
