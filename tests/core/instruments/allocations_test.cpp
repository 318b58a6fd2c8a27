// What allocates, and what becomes of a registry when memory ends. A program of its own: it replaces operator new.
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace {
thread_local std::size_t n_allocations = 0;
thread_local std::size_t n_bytes = 0;               // that are not freed
thread_local std::size_t n_left = ~std::size_t{0};  // before all of them fail
}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++n_allocations;
  if (n_left == 0) return nullptr;
  --n_left;
  void* memory = std::malloc(size);
  n_bytes += malloc_usable_size(memory);
  return memory;
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept {
  n_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }

namespace vitals {
namespace {

enum class Color { Red };
std::string_view label_text(Color) { return "red"; }

std::size_t allocations_of(const std::function<void()>& work) {
  work();  // what is made once
  const std::size_t before = n_allocations;
  for (int i = 0; i < 100; ++i) work();
  return n_allocations - before;
}

// Addresses are used once, and nothing is kept of them but that they were: 64 bytes for 2 MB. A vector that is assigned
// {} keeps its memory, of which there was 1 kB for 2 MB.
TEST(Allocations, MetricsThatComeAndGoKeepLittle) {
  Registry registry;
  const auto come_and_go = [&](int metrics) {
    for (int i = 0; i < metrics; ++i) {
      registry.summary("a", "A.").observe(1);
      ASSERT_TRUE(registry.remove("a"));
    }
  };
  come_and_go(5'000);
  const std::size_t before = n_bytes;

  come_and_go(10'000);

  EXPECT_LT(n_bytes, before + 5'000);
}

TEST(Allocations, RecordingMakesNone) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& gauge = registry.gauge("b", "B.");
  auto& histogram = registry.histogram("c", "C.", Buckets{1, 2});
  auto& native = registry.histogram("d", "D.", Native{});
  auto& both = registry.histogram("e", "E.", Buckets{1, 2}, Native{});
  auto& summary = registry.summary("f", "F.");
  auto& states = registry.state_set("g", "G.", {"a", "b"});
  auto& peak = registry.peak_gauge("h", "H.");

  EXPECT_EQ(allocations_of([&] {
              counter.inc();
              counter.add(0.5);
              counter.raise_to(1'000'000 + counter.value());
              counter.inc(1, {{"trace_id", "1"}});
              gauge.set(1);
              gauge.add(1);
              gauge.set_max(3);
              histogram.observe(1.5);
              native.observe(1.5);
              both.observe(1.5);
              summary.observe(1.5);
              states.set("b");
              peak.observe(1);
            }),
            0u);
}

TEST(Allocations, LookUpsOfSeriesThatExistMakeNone) {
  Registry registry;
  auto& one = registry.counter("a_total", "A.", {"a"});
  auto& five = registry.counter("b_total", "B.", {"a", "b", "c", "d", "e"});
  auto& eight = registry.counter("c_total", "C.", {"a", "b", "c", "d", "e", "f", "g", "h"});
  const std::string longer(300, 'x');

  EXPECT_EQ(allocations_of([&] {
              one.with("GET").inc();
              one.with(longer).inc();
              five.with(longer, -1, true, Color::Red, 18446744073709551615U).inc();
              eight.with(1, 2, 3, 4, 5, 6, 7, "").inc();
              one.with("\xFF").inc();
              eight.with(1, 2, 3, 4, 5, 6, "\xFF", "").inc();
            }),
            0u);
}

TEST(Allocations, LookUpsBeyondTheLimitMakeNone) {
  Registry registry;
  auto& one = registry.counter("a_total", "A.", {"a"}, {.max_series = 1});
  one.with("a");
  auto& replaced = registry.counter("b_total", "B.", {"a"}, {.max_series = 1});
  replaced.with("\xFF");
  replaced.with("b");  // full from now on
  const std::string longer(300, 'x');
  std::string fresh = longer + "\xFF";  // another one each time

  EXPECT_EQ(allocations_of([&] {
              ++fresh[0];
              one.with("b").inc();
              one.with(longer).inc();
              one.with("\xFF").inc();
              replaced.with(fresh).inc();
            }),
            0u);
}

TEST(Allocations, LookUpsByNameMakeNone) {
  Registry registry;
  std::vector<std::pair<std::string, std::string>> many;
  for (int i = 0; i < 32; ++i) many.emplace_back("label_" + std::to_string(31 - i), "value");
  std::vector<std::string> names{"a", "b"};
  for (const auto& [name, text] : many) names.push_back(name);
  auto& named = registry.counter("a_total", "A.", LabelNames{names});
  auto& open = registry.counter("b_total", "B.", LabelNames::any());
  auto& full = registry.counter("c_total", "C.", LabelNames::any(), {.max_series = 0});
  const std::string longer(300, 'x');
  const std::map<std::string, std::string> map{{"a", longer}, {"b", "\xFF"}};

  for (auto* family : {&named, &open, &full}) {
    EXPECT_EQ(allocations_of([&] {
                family->with({{"b", 1}, {"a", Color::Red}}).inc();
                family->with({{"a", longer}, {"b", ""}}).inc();
                family->with(map).inc();
                family->with(many).inc();
              }),
              0u);
  }
}

TEST(Allocations, WarmScrapesMakeEightAtMost) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"i"});
  auto& histograms = registry.histogram("b", "B.", {"i"}, Buckets{1, 2});
  auto& open = registry.gauge("c", "C.", LabelNames::any());
  for (int i = 0; i < 100; ++i) open.with({{"i", i}, {i % 2 == 0 ? "x" : "i_and_more", i}});
  for (int i = 0; i < 1000; ++i) counters.with(i).inc(), histograms.with(i).observe(1);
  std::string text;

  for (const Format format : {Format::Text, Format::OpenMetrics, Format::Protobuf})
    EXPECT_LE(allocations_of([&] { expose(registry, {.format = format}, text); }), 100 * 8u)
        << static_cast<int>(format);
}

// Lets memory end after the first, the second, … allocation of the work, until it succeeds. After each failure the
// registry has to be as before.
void run_out_of_memory(Registry& registry, const std::function<void()>& work) {
  const std::string before = to_text(registry);
  for (std::size_t allocations = 0;; ++allocations) {
    ASSERT_LT(allocations, 1000u);
    bool failed = false;
    n_left = allocations;
    try {
      work();
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    n_left = ~std::size_t{0};
    if (!failed) return;
    ASSERT_EQ(to_text(registry), before) << allocations;
  }
}

TEST(Allocations, RegistrationThatFailsLeavesNothingBehind) {
  Registry registry;
  registry.counter("z_total", "Z.").inc();
  const std::vector<std::pair<std::string, std::function<void()>>> kinds{
      {"a_total 0\n", [&] { registry.counter("a_total", "A."); }},
      {"b 0\n", [&] { registry.gauge("b", "B."); }},
      {"c_count 0\n",
       [&] {
         registry.histogram("c", "C.", Buckets{1, 2});
       }},
      {"d_count 0\n", [&] { registry.histogram("d", "D.", Native{}); }},
      {"e_count 0\n", [&] { registry.summary("e", "E."); }},
      {"f{f=\"a\"} 0\n", [&] { registry.state_set("f", "F.", {"a"}); }},
      {"g ", [&] { registry.peak_gauge("g", "G."); }},
      {"h_info{x=\"y\"} 1\n",
       [&] {
         registry.info("h", "H.", {{"x", "y"}});
       }},
      {"", [&] { registry.counter("i_total", "I.", {"x"}); }},
  };
  for (const auto& [line, work] : kinds) {
    run_out_of_memory(registry, work);
    EXPECT_THAT(to_text(registry), ::testing::HasSubstr(line));
  }
  EXPECT_EQ(testing::value(registry, "z_total"), 1);
}

TEST(Allocations, SeriesThatFailsLeavesNothingBehind) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"x"});
  auto& natives = registry.histogram("b", "B.", {"x"}, Native{});
  auto& summaries = registry.summary("c", "C.", {"x"});
  auto& histograms = registry.histogram("d", "D.", {"x"}, Buckets{1, 2});
  const std::string longer(3000, 'x');
  for (int i = 0; i < 100; ++i) {
    run_out_of_memory(registry, [&] { counters.with(i).inc(); });
    run_out_of_memory(registry, [&] { natives.with(i).observe(1); });
    run_out_of_memory(registry, [&] { summaries.with(i).observe(1); });
    run_out_of_memory(registry, [&] { histograms.with_bounds({1.0 + i % 10, 20}, i).observe(1); });
  }
  run_out_of_memory(registry, [&] { counters.with(longer).inc(); });
  run_out_of_memory(registry, [&] { counters.with("\xFF").inc(); });

  EXPECT_EQ(counters.size(), 102u);
  EXPECT_EQ(natives.size() + summaries.size() + histograms.size(), 300u);
  EXPECT_EQ(testing::value(registry, "a_total", {{"x", "99"}}), 1);
}

// Destructors can't fail.
TEST(Allocations, ScopedSeriesAndTokensEndWithoutMemory) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"x"});
  {
    const auto scoped = counters.scoped("1");
    const auto token = registry.gauge_callback("b", "B.", [] { return 1.0; });
    n_left = 0;
  }
  n_left = ~std::size_t{0};

  EXPECT_EQ(counters.size(), 0u);
  EXPECT_NO_THROW(registry.gauge("b", "B."));
}

}  // namespace
}  // namespace vitals
