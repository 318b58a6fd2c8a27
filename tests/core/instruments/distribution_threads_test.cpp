// Native histograms and summaries under threads, signals, forks and removals.
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/instruments/native_cells.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 8;

class FakeClock final : public Clock {
 public:
  [[nodiscard]] std::int64_t steady_nanos() const noexcept override { return now_.load(std::memory_order_relaxed); }
  void advance(std::chrono::nanoseconds by) { now_.fetch_add(by.count(), std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> now_{0};
};

void run_in_threads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
}

std::size_t used(const NativeBuckets& native) { return native.positive.size() + native.negative.size(); }

std::uint64_t total(const NativeBuckets& native) {
  std::uint64_t count = native.zero_count;
  for (const auto& bucket : native.positive) count += bucket.count;
  for (const auto& bucket : native.negative) count += bucket.count;
  return count;
}

std::vector<double> wide_values(std::size_t n, unsigned seed) {
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<int> exponent{-60, 60};
  std::vector<double> all(n);
  // Whole multiples of a power of two, few bits each: their sum is exact in any order.
  for (auto& v : all) v = std::ldexp(static_cast<double>(random() % 16 + 16), exponent(random) / 4);
  return all;
}

// While layouts are replaced, in the number of cells and in schema, and others read.
TEST(NativeThreads, LosesNothingAcrossThreadsAndLayouts) {
  for (const std::size_t most : {4u, 160u}) {
    for (int round = 0; round < 20; ++round) {
      Registry registry;
      auto& histogram =
          registry.histogram("a", "A.", {"x"}, Buckets{0.5, 8}, Native{.factor = 1.01, .max_buckets = most}).with("y");
      constexpr std::size_t kEach = 2000;
      std::atomic<bool> done{false};
      std::thread reader{[&] {
        std::uint64_t last = 0;
        while (!done) {
          const auto snapshot = histogram.snapshot();
          ASSERT_GE(snapshot.count(), last);
          ASSERT_LE(used(snapshot.native()), most);
          ASSERT_EQ(total(snapshot.native()), snapshot.count());
          last = snapshot.count();
        }
      }};
      run_in_threads([&](int thread) {
        for (const double v : wide_values(kEach, static_cast<unsigned>(thread))) histogram.observe(v);
      });
      done = true;
      reader.join();

      double sum = 0;
      for (int thread = 0; thread < kThreads; ++thread) {
        for (const double v : wide_values(kEach, static_cast<unsigned>(thread))) sum += v;
      }
      EXPECT_EQ(histogram.snapshot().count(), kThreads * kEach);
      EXPECT_EQ(histogram.snapshot().sum(), sum);
      EXPECT_EQ(total(histogram.snapshot().native()), kThreads * kEach);
    }
  }
}

TEST(NativeThreads, StaysExactWhenItIsSpread) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", {"x"}, Native{}).with("y");
  run_in_threads([&](int thread) {
    for (int i = 0; i < 20'000; ++i) histogram.observe(1 << ((i + thread) % 8));
  });

  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count(), 160'000u);
  EXPECT_EQ(snapshot.sum(), 160'000.0 / 8 * 255);
  for (const auto& bucket : snapshot.native().positive) EXPECT_EQ(bucket.count, 20'000u);
}

// References to removed series are recorded through while others take their place.
TEST(NativeThreads, SeriesMayBeRemovedWhileTheyAreRecorded) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"x"}, Native{.factor = 1.01, .max_buckets = 50});
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (unsigned thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      const auto values = wide_values(500, thread);
      while (!done) {
        auto& histogram = family.with(thread);
        for (const double v : values) histogram.observe(v);
      }
    });
  }
  for (int round = 0; round < 400; ++round) {
    for (int thread = 0; thread < 4; ++thread) family.remove(thread);
    auto& mine = family.with("mine");
    for (int i = 0; i < 50; ++i) mine.observe(1 << i % 30);
    ASSERT_EQ(mine.snapshot().count(), 50u);
    ASSERT_EQ(total(mine.snapshot().native()), 50u);
    family.remove("mine");
    mine.observe(1);
    ASSERT_EQ(mine.snapshot().count(), 0u);
  }
  done = true;
  for (auto& thread : threads) thread.join();
}

Histogram* signal_histogram = nullptr;
std::atomic<std::uint64_t> signals{0};

// The handler meets the interrupted thread in any state: between a claim and its cell, while a layout is replaced.
TEST(NativeThreads, CountsExactlyInSignalHandlers) {
  struct sigaction action {};
  action.sa_handler = [](int) {
    const std::uint64_t n = signals.fetch_add(1, std::memory_order_relaxed);
    signal_histogram->observe(std::ldexp(1.0, static_cast<int>(n % 90) - 45));
  };
  struct sigaction before {};
  std::uint64_t recorded = 0;
  std::vector<std::unique_ptr<Registry>> registries;
  registries.push_back(std::make_unique<Registry>());
  signal_histogram = &registries.back()->histogram("a", "A.", {"x"}, Native{.max_buckets = 30}).with(1);
  signals = 0;
  std::vector<Histogram*> all{signal_histogram};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 100}, {0, 100}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  for (int round = 0; signals.load(std::memory_order_relaxed) < 1000; ++round) {
    if (round % 500 == 0) {  // from few cells on again
      registries.push_back(std::make_unique<Registry>());
      all.push_back(&registries.back()->histogram("a", "A.", {"x"}, Native{.max_buckets = 30}).with(1));
      signal_histogram = all.back();
    }
    all.back()->observe(std::ldexp(1.0, round % 500 - 250));
    ++recorded;
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);

  std::uint64_t counted = 0;
  for (const auto* histogram : all) {
    counted += histogram->snapshot().count();
    EXPECT_EQ(total(histogram->snapshot().native()), histogram->snapshot().count());
  }
  EXPECT_EQ(counted, recorded + signals.load());
}

// The layouts of a histogram that has native buckets, and the bytes of all but the first.
struct Memory {
  explicit Memory(const Histogram& histogram) {
    for (const auto* layout = detail::native_cells(histogram).cells.newest(); layout != nullptr;
         layout = layout->older) {
      ++layouts;
      if (layout->older != nullptr) bytes += detail::LogLayout::bytes(layout->capacity(), 0);
    }
  }

  std::size_t layouts = 0;
  std::size_t bytes = 0;
};

TEST(NativeThreads, ColdSeriesAreSmallAndHotOnesBounded) {
  Registry registry;
  auto& family = registry.histogram("a", "A.", {"x"}, Native{});
  auto& cold = family.with("cold");
  auto& hot = family.with("hot");
  for (int i = 0; i < 12; ++i) cold.observe(1 + i / 10.0);
  std::mt19937_64 random{1};
  for (int i = 0; i < 200'000; ++i) {
    const double v = std::bit_cast<double>(random());
    if (!std::isnan(v)) hot.observe(v);
  }

  EXPECT_EQ(Memory{cold}.layouts, 1u);
  const Memory memory{hot};
  EXPECT_LE(memory.layouts, 15u);
  EXPECT_LE(memory.bytes, 70'000u);
  EXPECT_EQ(hot.snapshot().native().schema, -4);
  EXPECT_LE(used(hot.snapshot().native()), 160u);
}

// A child counts in layouts of its own, also if a thread of the parent was about to replace one.
TEST(NativeThreads, ForkedChildGoesOnCounting) {
  Registry registry;
  auto& histogram = registry.histogram("a", "A.", {"x"}, Native{}).with(1);
  std::atomic<bool> done{false};
  std::thread recorder{[&] {
    for (int i = 0; !done; ++i) histogram.observe(std::ldexp(1.0, i % 2000 - 1000));
  }};
  for (int round = 0; round < 20; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      const std::uint64_t before = histogram.snapshot().count();
      for (int i = 0; i < 200; ++i) histogram.observe(i + 0.5);
      _exit(histogram.snapshot().count() == before + 200 ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  done = true;
  recorder.join();
}

// While slices begin and others read.
TEST(SummaryThreads, LosesNothingAcrossThreadsAndSlices) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& summary = registry.summary("a", "A.", {"x"}, {.window = 60s}).with(1);
  constexpr int kEach = 20'000;
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    std::uint64_t last = 0;
    while (!done) {
      clock.advance(1s);
      const auto snapshot = summary.snapshot();
      ASSERT_GE(snapshot.count(), last);
      ASSERT_LE(snapshot.window_count(), snapshot.count());
      last = snapshot.count();
    }
  }};
  run_in_threads([&](int thread) {
    for (int i = 0; i < kEach; ++i) summary.observe(1 + (i + thread) % 512);
  });
  done = true;
  reader.join();

  EXPECT_EQ(summary.snapshot().count(), static_cast<std::uint64_t>(kThreads) * kEach);
  double sum = 0;
  for (int thread = 0; thread < kThreads; ++thread) {
    for (int i = 0; i < kEach; ++i) sum += 1 + (i + thread) % 512;
  }
  EXPECT_EQ(summary.snapshot().sum(), sum);
  clock.advance(2min);
  EXPECT_EQ(summary.snapshot().window_count(), 0u);
}

TEST(SummaryThreads, SeriesMayBeRemovedWhileTheyAreRecorded) {
  Registry registry;
  auto& family = registry.summary("a", "A.", {"x"}, {.window = 20ms, .slices = 2});
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&, thread] {
      while (!done) {
        auto& summary = family.with(thread);
        for (int i = 1; i < 500; ++i) summary.observe(i);
      }
    });
  }
  for (int round = 0; round < 300; ++round) {
    for (int thread = 0; thread < 4; ++thread) family.remove(thread);
    auto& mine = family.with("mine");
    for (int i = 0; i < 40; ++i) mine.observe(i);
    ASSERT_EQ(mine.snapshot().count(), 40u);
    family.remove("mine");
    mine.observe(1);
    ASSERT_EQ(mine.snapshot().count(), 0u);
  }
  done = true;
  for (auto& thread : threads) thread.join();
}

Summary* signal_summary = nullptr;
TEST(SummaryThreads, CountsExactlyInSignalHandlers) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  signal_summary = &registry.summary("a", "A.", {"x"}, {.window = 1s}).with(1);
  signals = 0;
  struct sigaction action {};
  action.sa_handler = [](int) {
    signal_summary->observe(static_cast<double>(signals.fetch_add(1, std::memory_order_relaxed)));
  };
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 100}, {0, 100}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);
  std::uint64_t recorded = 0;
  for (; signals.load(std::memory_order_relaxed) < 500; ++recorded) {
    signal_summary->observe(static_cast<double>(recorded % 1000));
    clock.advance(1ms);
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);

  EXPECT_EQ(signal_summary->snapshot().count(), recorded + signals.load());
}

}  // namespace
}  // namespace vitals
