#pragma once

#include <cstddef>
#include <random>
#include <vector>

#include <benchmark/benchmark.h>

namespace vitals::bench {

// So many that the branch predictor can't learn them.
inline const std::vector<double>& latencies() {
  static const std::vector<double> latencies = [] {
    std::mt19937_64 random{1};
    std::lognormal_distribution<double> latency{-3, 1};
    std::vector<double> all(65'536);
    for (auto& v : all) v = latency(random);
    return all;
  }();
  return latencies;
}

// subject.observe() of one latency after the other, by all threads.
template <class Subject>
void observe_latencies(benchmark::State& state) {
  static Subject subject;
  Subject* handle = &subject;
  const auto& all = latencies();
  std::size_t i = static_cast<std::size_t>(state.thread_index()) * 7919;
  for (auto _ : state) {
    benchmark::DoNotOptimize(handle);
    handle->observe(all[i++ & 65'535]);
  }
}

}  // namespace vitals::bench
