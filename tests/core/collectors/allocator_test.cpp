#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/collectors/paced.hpp"

// Sanitizers have allocators of their own, of which these metrics say nothing.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

namespace vitals {
namespace {

struct Allocator : testing::Test {
  Allocator() { register_allocator_metrics(registry); }
  [[nodiscard]] std::map<std::string, double> read() const {
    std::map<std::string, double> values;
    for (const auto& family : registry.snapshot()) values[family.name] = family.metrics.at(0).value;
    return values;
  }
  Registry registry;
};

TEST_F(Allocator, IsLeftOutUnderSanitizers) { EXPECT_EQ(registry.snapshot().empty(), kSanitized); }

TEST_F(Allocator, CountsWhatIsAllocatedAndFreed) {
  if (kSanitized) return;
  constexpr std::size_t kSize = 1000;
  constexpr double kTotal = 1e7;
  std::vector<void*> blocks(10'000);
  const auto before = read();
  for (auto& block : blocks) block = std::malloc(kSize);
  const auto full = read();
  for (std::size_t i = 0; i < blocks.size(); i += 2) std::free(blocks[i]);
  const auto half = read();
  for (std::size_t i = 1; i < blocks.size(); i += 2) std::free(blocks[i]);

  EXPECT_GE(full.at("allocator_allocated_bytes"), before.at("allocator_allocated_bytes") + kTotal);
  EXPECT_GE(full.at("process_heap_bytes"), full.at("allocator_allocated_bytes"));
  EXPECT_LE(half.at("allocator_allocated_bytes"), full.at("allocator_allocated_bytes") - 0.4 * kTotal);
  EXPECT_GE(half.at("allocator_free_bytes"), full.at("allocator_free_bytes") + 0.4 * kTotal);
  EXPECT_GE(half.at("allocator_free_chunks"), full.at("allocator_free_chunks") + 4000);
  EXPECT_DOUBLE_EQ(half.at("process_heap_bytes"),
                   half.at("allocator_allocated_bytes") + half.at("allocator_free_bytes"));
}

TEST_F(Allocator, TellsLargeBlocksApart) {
  if (kSanitized) return;
  constexpr std::size_t kSize = std::size_t{1} << 30;  // more than earlier tests may have freed in one piece
  const auto before = read();
  void* volatile block = std::malloc(kSize);  // volatile: nothing else uses it

  const auto after = read();

  EXPECT_GE(after.at("allocator_mmapped_bytes"), before.at("allocator_mmapped_bytes") + kSize);
  EXPECT_GE(after.at("allocator_allocated_bytes"), before.at("allocator_allocated_bytes") + kSize);
  std::free(block);
}

TEST(Paced, TakesAtMostOnePercentOfTheTime) {
  using namespace std::chrono_literals;
  detail::Paced<int> paced;
  std::chrono::nanoseconds spent{0};
  std::chrono::nanoseconds price = 2ms;
  int readings = 0;
  const auto get = [&](std::chrono::nanoseconds now) {
    const auto read = [&] {
      spent += price;
      return ++readings;
    };
    return paced.get(now, read, [&] { return spent; });
  };

  EXPECT_EQ(get(0s), 1);
  EXPECT_EQ(get(199ms), 1);
  EXPECT_EQ(get(200ms), 2);
  price = 999us;
  EXPECT_EQ(get(400ms), 3);
  EXPECT_EQ(get(400ms), 4);
}

}  // namespace
}  // namespace vitals
