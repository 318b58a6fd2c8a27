// A table of handles for an enumeration, beside handles that are kept and the look-up.
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include <vitals/vitals.hpp>

namespace {

enum class Result : std::uint8_t { Ok, Failed, Late, Dropped };
std::string_view label_text(Result result) {
  constexpr std::array<std::string_view, 4> kTexts{"ok", "failed", "late", "dropped"};
  return kTexts[static_cast<std::size_t>(result)];
}

constexpr std::array kResults{Result::Ok, Result::Failed, Result::Late, Result::Dropped};

// Random, so that no branch predictor learns it.
const std::vector<Result>& results() {
  static const std::vector<Result> order = [] {
    std::mt19937 random{1};
    std::vector<Result> all(65'536);
    for (auto& result : all) result = kResults[random() % kResults.size()];
    return all;
  }();
  return order;
}

struct Fixture {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 1>& family = registry.counter("jobs_total", "A.", {"result"});
};

struct OneHandle : Fixture {
  vitals::Counter& kept = family.with(Result::Ok);
  vitals::Counter& of(Result /*result*/) { return kept; }
};
struct Handles : Fixture {
  std::array<vitals::Counter*, 4> kept{&family.with(Result::Ok), &family.with(Result::Failed),
                                       &family.with(Result::Late), &family.with(Result::Dropped)};
  vitals::Counter& of(Result result) { return *kept[static_cast<std::size_t>(result)]; }
};
struct Table : Fixture {
  vitals::Bound<vitals::Counter, 1, Result> table =
      vitals::bound(family, vitals::each(Result::Ok, Result::Failed, Result::Late, Result::Dropped));
  vitals::Counter& of(Result result) { return table[result]; }
};
struct LookUp : Fixture {
  vitals::Counter& of(Result result) { return family.with(result); }
};

template <class Subject>
void bound_inc(benchmark::State& state) {
  Subject subject;
  for (const Result result : kResults) {
    for (int i = 0; i < 10'000; ++i) subject.of(result).inc();  // until it is hot
  }
  Subject* handle = &subject;
  const auto& order = results();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->of(order[i++ & 65'535]).inc();
  }
}

BENCHMARK_TEMPLATE(bound_inc, OneHandle);
BENCHMARK_TEMPLATE(bound_inc, Handles);
BENCHMARK_TEMPLATE(bound_inc, Table);
BENCHMARK_TEMPLATE(bound_inc, LookUp);

}  // namespace
