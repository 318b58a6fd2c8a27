#include "core/cells/cells.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/instruments/access.hpp"

namespace vitals {
namespace {

constexpr int kThreads = 8;
constexpr int kIncrements = 200'000;

void run_in_threads(const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  for (auto& thread : threads) thread.join();
}

// Guards against a test run that believes to have checked the fast path and has not.
TEST(Cells, TakeThePathThatTheEnvironmentAsksFor) {
  Registry registry;
  const char* expected = std::getenv("VITALS_EXPECT_RSEQ");
  if (expected != nullptr && std::strcmp(expected, "0") == 0) {
    EXPECT_FALSE(detail::has_sequences());
  } else {
#if VITALS_DETAIL_RSEQ
    EXPECT_TRUE(detail::has_sequences()) << "needs glibc 2.35 and Linux 4.18; else set VITALS_EXPECT_RSEQ=0";
#else
    EXPECT_FALSE(detail::has_sequences());
#endif
  }
}

// What is no list of the kernel's doesn't say how many there are.
TEST(Cells, CountTheCpusOfTheKernelsLists) {
  EXPECT_EQ(detail::cpus_of_list("0\n"), 1u);
  EXPECT_EQ(detail::cpus_of_list("0-1\n"), 2u);
  EXPECT_EQ(detail::cpus_of_list("0,2-7"), 8u);
  EXPECT_EQ(detail::cpus_of_list("0-3,8-11,16\n"), 17u);
  for (const char* other : {"", "\n", "0-1,", ",1", "0-", "-1", "1-0", "1,0", "0 1", "0-1 ", "0-1\n2", "a", "0x1",
                            "0-1-2", "4294967296", "+1"})
    EXPECT_EQ(detail::cpus_of_list(other), 0u) << other;
}

TEST(Cells, LoseNothingAcrossThreads) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", Buckets{0, 1, 2});

  run_in_threads([&](int thread) {
    for (int i = 0; i < kIncrements; ++i) {
      counter.inc();
      if (i % 8 == 0) counter.add(0.5);
      histogram.observe(static_cast<double>((thread + i) % 4));
    }
  });

  EXPECT_EQ(counter.value(), kThreads * kIncrements * (1 + 0.5 / 8));
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(snapshot.count(), static_cast<std::uint64_t>(kThreads) * kIncrements);
  EXPECT_EQ(snapshot.sum(), 1.5 * kThreads * kIncrements);
  EXPECT_THAT(snapshot.counts(), testing::Each(static_cast<std::uint64_t>(kThreads) * kIncrements / 4));
}

// An addition that was interrupted goes to the instrument's own cells; they count beside the stripes.
TEST(Cells, OwnCellsCountBesideTheStripes) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  std::atomic<std::uint64_t> own{0};
  detail::CellHead& head = detail::Access::head(counter);
  ASSERT_NE(head.stripes.load(), 0u);

  counter.inc(3);
  detail::add_slow(head, 16, 0, own, 4);

  EXPECT_EQ(counter.value() + static_cast<double>(own), 7);
}

Counter* signal_counter = nullptr;
Histogram* signal_histogram = nullptr;
std::atomic<std::uint64_t> signals{0};

// A signal between the steps of an increment must not cost one, neither the handler's nor the interrupted one's.
TEST(Cells, CountExactlyInSignalHandlers) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", Buckets{1});
  signal_counter = &counter;
  signal_histogram = &histogram;
  signals = 0;
  struct sigaction action {};
  action.sa_handler = [](int) {
    signal_counter->inc();
    signal_histogram->observe(1.0);
    signals.fetch_add(1, std::memory_order_relaxed);
  };
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 100}, {0, 100}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);

  std::uint64_t recorded = 0;
  for (; signals.load(std::memory_order_relaxed) < 500; ++recorded) {
    counter.inc();
    histogram.observe(1.0);
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);

  const double expected = static_cast<double>(recorded + signals.load());
  EXPECT_EQ(counter.value(), expected);
  EXPECT_EQ(histogram.snapshot().count(), recorded + signals.load());
  EXPECT_EQ(histogram.snapshot().sum(), expected);
}

TEST(Cells, SurviveForkAndCountInTheChild) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  counter.inc(3);

  const pid_t child = fork();
  if (child == 0) {
    counter.inc(4);
    _exit(counter.value() == 7 ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);

  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_EQ(counter.value(), 3);
}

TEST(Cells, KeepWhatExitedThreadsRecorded) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");

  for (int i = 0; i < 1000; ++i) std::thread{[&] { counter.inc(7); }}.join();

  EXPECT_EQ(counter.value(), 7000);
}

TEST(Cells, NeverGoDownWhileTheyAreRead) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("b", "B.", Buckets{1, 2, 3});
  std::atomic<bool> done{false};
  std::thread reader{[&] {
    double last = 0;
    std::uint64_t last_count = 0;
    while (!done) {
      const double now = counter.value();
      const auto count = histogram.snapshot().count();
      ASSERT_GE(now, last);
      ASSERT_GE(count, last_count);
      last = now;
      last_count = count;
    }
  }};

  run_in_threads([&](int thread) {
    for (int i = 0; i < kIncrements / 4; ++i) {
      counter.inc();
      histogram.observe(thread % 5);
    }
  });
  done = true;
  reader.join();

  EXPECT_EQ(counter.value(), kThreads * (kIncrements / 4));
}

}  // namespace
}  // namespace vitals
