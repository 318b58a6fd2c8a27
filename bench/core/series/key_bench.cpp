// What the parts of a look-up cost: making a key of three label values, and hashing it (docs/decisions/0003).
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/series/label_key.hpp"

namespace {

using vitals::detail::hash_key;
using vitals::detail::LabelKey;
using vitals::detail::put_short_key;

std::vector<std::array<std::string, 3>> label_sets() {
  std::vector<std::array<std::string, 3>> all;
  for (const char* method : {"GET", "POST", "PUT", "DELETE"}) {
    for (int route = 0; route < 16; ++route)
      all.push_back({method, "/api/v1/resource/" + std::to_string(10'000 + route), "200"});
  }
  return all;
}

void key_make(benchmark::State& state) {
  const auto sets = label_sets();
  std::size_t i = 0;
  for (auto _ : state) {
    const auto& set = sets[i++ * 7 % 64];
    std::uint64_t key[100];
    benchmark::DoNotOptimize(
        put_short_key(key, std::string_view{set[0]}, std::string_view{set[1]}, std::string_view{set[2]}));
    benchmark::ClobberMemory();
  }
}

struct TwoMultiplications {
  static std::uint64_t hash(std::span<const std::uint64_t> words) { return hash_key(words, 0x1234567); }
};
struct Xxh3 {
  static std::uint64_t hash(std::span<const std::uint64_t> words) {
    return XXH3_64bits_withSeed(words.data(), words.size_bytes(), 0x1234567);
  }
};

template <class Hash>
void key_hash(benchmark::State& state) {
  const std::string_view values[] = {"GET", "/api/v1/resource/10000", "200"};
  const LabelKey key{values};
  const auto words = key.words();
  for (auto _ : state) {
    auto view = words;
    benchmark::DoNotOptimize(view);
    benchmark::DoNotOptimize(Hash::hash(view));
  }
}

BENCHMARK(key_make);
BENCHMARK_TEMPLATE(key_hash, TwoMultiplications);
BENCHMARK_TEMPLATE(key_hash, Xxh3);

}  // namespace
