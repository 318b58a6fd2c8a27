// When an instrument gets stripes, and what becomes of them.
#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/cells/cells.hpp"
#include "core/instruments/access.hpp"

namespace vitals {
namespace {

template <class Instrument>
bool is_spread(Instrument& instrument) {
  return detail::Access::head(instrument).stripes.load() != 0;
}

template <class Instrument>
Instrument& heated(Instrument& instrument) {
  for (std::uint32_t i = 0; i < 2 * detail::kSpreadHeat; ++i) {
    if constexpr (std::is_same_v<Instrument, Counter>) {
      instrument.inc();
    } else {
      instrument.observe(1);
    }
  }
  return instrument;
}

TEST(Spread, InstrumentsWithoutLabelsAreFromBirth) {
  Registry registry;

  EXPECT_TRUE(is_spread(registry.counter("a_total", "A.")));
  EXPECT_TRUE(is_spread(registry.histogram("b", "B.", Buckets{1})));
}

TEST(Spread, SeriesAreWhenTheyAreHot) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.", {"x"}).with("a");
  auto& histogram = registry.histogram("b", "B.", {"x"}, Buckets{1}).with("b");
  counter.inc();
  histogram.observe(1);
  EXPECT_FALSE(is_spread(counter));
  EXPECT_FALSE(is_spread(histogram));

  heated(counter);
  heated(histogram);

  EXPECT_TRUE(is_spread(counter));
  EXPECT_TRUE(is_spread(histogram));
  EXPECT_EQ(counter.value(), 2 * detail::kSpreadHeat + 1);
  EXPECT_EQ(histogram.snapshot().count(), 2 * detail::kSpreadHeat + 1);
  EXPECT_EQ(histogram.snapshot().sum(), 2 * detail::kSpreadHeat + 1);
}

// What is updated now and then, over the life of a service, stays small.
TEST(Spread, ScrapesCool) {
  Registry registry;
  auto& counter = registry.counter("a_total", "A.", {"x"}).with("a");

  for (int scrape = 0; scrape < 20; ++scrape) {
    for (std::uint32_t i = 0; i < detail::kSpreadHeat / 2; ++i) counter.inc();
    (void)to_text(registry);
  }

  EXPECT_FALSE(is_spread(counter));
  EXPECT_EQ(counter.value(), 10 * detail::kSpreadHeat);
}

TEST(Spread, LosesNothingWhileThreadsHeatASeries) {
  for (int round = 0; round < 20; ++round) {
    Registry registry;
    auto& counter = registry.counter("a_total", "A.", {"x"}).with("a");
    auto& histogram = registry.histogram("b", "B.", {"x"}, Buckets{0, 1, 2}).with("b");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 10'000; ++i) {
          counter.inc();
          if (i % 10 == 0) counter.add(0.5);
          histogram.observe(i % 4);
        }
      });
    }
    for (auto& thread : threads) thread.join();

    ASSERT_EQ(counter.value(), 42'000);
    ASSERT_EQ(histogram.snapshot().count(), 40'000u);
    ASSERT_EQ(histogram.snapshot().sum(), 60'000);
  }
}

// The next owner must find them empty, and the last one must not write to them any more.
TEST(Spread, StripesOfRemovedSeriesServeOthersEmpty) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  const auto before = detail::arena_counts();

  for (int i = 0; i < 400; ++i) {
    auto& counter = heated(family.with(i));
    ASSERT_EQ(counter.value(), 2 * detail::kSpreadHeat) << i;
    ASSERT_TRUE(family.remove(i));
    counter.inc();
  }

  const auto after = detail::arena_counts();
  EXPECT_EQ(after.spread, before.spread);
  if (detail::can_reclaim()) {
    EXPECT_EQ(after.lost, before.lost);
  }
}

TEST(Spread, RegistriesGiveTheirStripesBack) {
  const auto before = detail::arena_counts();
  for (int i = 0; i < 100; ++i) {
    Registry registry;
    registry.counter("a_total", "A.").inc();
    heated(registry.counter("b_total", "B.", {"x"}).with("b"));
  }

  EXPECT_EQ(detail::arena_counts().spread, before.spread);
}

TEST(Spread, RemovedSeriesIsNeverSpreadAgain) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  auto& stale = heated(family.with("a"));
  family.remove("a");

  heated(stale);

  EXPECT_FALSE(is_spread(stale));
}

// Recorders hold references to series that others remove and make anew all the time, so that stripes change hands while
// they are written. What is kept must stay exact, and the others' counts must not show in it.
TEST(Spread, RecordingThroughStaleReferencesTouchesNoOtherSeries) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1'000'000});
  auto& histograms = registry.histogram("b", "B.", {"x"}, Buckets{1}, {.max_series = 1'000'000});
  std::atomic<Counter*> counter{&family.with(0)};
  std::atomic<Histogram*> histogram{&histograms.with(0)};
  std::atomic<bool> done{false};
  std::vector<std::thread> recorders;
  for (int t = 0; t < 2; ++t) {
    recorders.emplace_back([&] {
      while (!done.load(std::memory_order_relaxed)) {
        Counter& held = *counter.load();
        Histogram& held_histogram = *histogram.load();
        for (int i = 0; i < 3'000; ++i) held.inc(), held_histogram.observe(2);
      }
    });
  }

  for (int i = 1; i < 400; ++i) {
    counter = &family.with(i);
    histogram = &histograms.with(i);
    std::this_thread::yield();
    family.remove(i - 1);
    histograms.remove(i - 1);
    // Nobody but this thread has references to these.
    auto& fresh = heated(family.with("fresh"));
    ASSERT_EQ(fresh.value(), 2 * detail::kSpreadHeat) << i;
    family.remove("fresh");
    auto& other = heated(histograms.with("fresh"));
    ASSERT_EQ(other.snapshot().count(), 2 * detail::kSpreadHeat) << i;
    ASSERT_EQ(other.snapshot().sum(), 2 * detail::kSpreadHeat) << i;
    histograms.remove("fresh");
  }
  done = true;
  for (auto& thread : recorders) thread.join();
}

Counter* signal_counter = nullptr;

// A handler may be what spreads a series, even in the middle of the arena's work for another one.
TEST(Spread, SignalHandlersMaySpread) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1'000'000});
  signal_counter = &family.with("signal");
  struct sigaction action {};
  action.sa_handler = [](int) {
    for (int i = 0; i < 100; ++i) signal_counter->inc();
  };
  struct sigaction before {};
  ASSERT_EQ(sigaction(SIGALRM, &action, &before), 0);
  const itimerval often{{0, 100}, {0, 100}};
  ASSERT_EQ(setitimer(ITIMER_REAL, &often, nullptr), 0);

  for (int i = 0; i < 400; ++i) {
    auto& counter = heated(family.with(i));
    ASSERT_EQ(counter.value(), 2 * detail::kSpreadHeat);
    family.remove(i);
  }
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  sigaction(SIGALRM, &before, nullptr);

  EXPECT_EQ(std::fmod(signal_counter->value(), 100), 0);
}

// The calling thread runs on the n-th of the CPUs that it may run on. Returns that one, or -1.
int stay_on_cpu(int n) {
  cpu_set_t may{};
  if (sched_getaffinity(0, sizeof may, &may) != 0) return -1;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &may) || n-- > 0) continue;
    cpu_set_t one{};
    CPU_SET(cpu, &one);
    return sched_setaffinity(0, sizeof one, &one) == 0 ? cpu : -1;
  }
  return -1;
}

// A recorder that has loaded the address of stripes is held up by page faults, which abort no sequence, while they are
// given to another instrument. Only the barrier makes it start anew. In a child, whose stripes' pages are taken away.
TEST(Spread, RecorderThatIsHeldUpWritesToNoStripesOfAnother) {
  if (!detail::can_reclaim() || std::thread::hardware_concurrency() < 2)
    return;  // nothing is reclaimed, or nobody held up
  const pid_t child = fork();
  if (child == 0) {
    constexpr std::size_t kBytes = 496;  // of a size that no other test has, so that they are the next to be given
    constexpr std::size_t kOffset = 16;
    constexpr unsigned kRounds = 200;
    detail::CellHead first;
    detail::CellHead second;
    std::atomic<std::uint64_t> turns{0};
    std::atomic<int> recorders_cpu{-1};
    std::thread recorder{[&] {
      recorders_cpu = stay_on_cpu(1);
      while (true) {
        if (!detail::add_pair(first, kOffset, 1)) detail::leave_sequence();
        turns.fetch_add(1);
      }
    }};
    recorder.detach();
    while (turns.load() == 0) std::this_thread::yield();
    if (stay_on_cpu(0) < 0 || recorders_cpu < 0) _exit(102);
    const auto cpu = static_cast<std::uint64_t>(recorders_cpu.load());
    const auto wait_for = [&](std::uint64_t n) {
      for (const std::uint64_t from = turns.load(); turns.load() < from + n;) {
      }
    };
    std::uint64_t wrong = 0;
    unsigned reused = 0;
    for (unsigned i = 0; i < kRounds; ++i) {
      first.state = second.state = detail::kLive;
      detail::spread(first, kBytes, detail::Spread::Now);
      const std::uint64_t cells = first.stripes.load();
      wait_for(1 + i % 3);
      const std::uint64_t page = (cells + cpu * detail::kStripeBytes + kOffset) / 4096 * 4096;
      madvise(reinterpret_cast<void*>(page), 4096, MADV_DONTNEED);
      for (unsigned n = 0; n < i % 200; ++n) asm volatile("");
      detail::retire(first, kBytes);
      detail::spread(second, kBytes, detail::Spread::Now);
      reused += second.stripes.load() == cells;
      wait_for(3);
      wrong += detail::sum_pair(second, kOffset, detail::PairCell{0, 0}).count;
      detail::retire(second, kBytes);
    }
    _exit(reused < kRounds ? 101 : static_cast<int>(std::min<std::uint64_t>(wrong, 100)));
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0) << "updates of another instrument, 101: stripes were not given on, 102: no CPUs";
}

// From now on membarrier(2) fails in this process, as in a sandbox that is shut after its program has begun.
bool forbid_membarrier() {
  sock_filter filter[]{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{std::size(filter), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// Then stripes that were given back can't be given to others, since somebody may be about to write there.
TEST(Spread, WithoutBarriersStripesAreGivenUpAndNothingElse) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  const auto before = detail::arena_counts();
  const pid_t child = fork();
  if (child == 0) {
    if (!forbid_membarrier()) _exit(1);
    for (int i = 0; i < 600; ++i) {
      auto& counter = heated(family.with(i));
      if (counter.value() != 2 * detail::kSpreadHeat) _exit(2);
      family.remove(i);
      counter.inc();
    }
    const auto after = detail::arena_counts();
    // Up to 256 wait for a barrier, which never comes.
    if (detail::can_reclaim() && after.lost < before.lost + 600 - 256) _exit(3);
    _exit(after.spread == before.spread ? 0 : 4);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

// A thread of the parent may be at the arena when the process forks.
TEST(Spread, ChildrenOfAForkSpreadToo) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  std::atomic<bool> done{false};
  std::thread busy{[&] {
    Registry own;
    while (!done) {
      heated(own.counter("b_total", "B.", {"x"}).with("b"));
      own.counter("b_total", "B.", {"x"}).clear();
    }
  }};
  for (int i = 0; i < 50; ++i) {
    auto& counter = family.with(i);
    const pid_t child = fork();
    if (child == 0) {
      heated(counter);
      _exit((is_spread(counter) || !detail::can_reclaim()) && counter.value() == 2 * detail::kSpreadHeat ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  done = true;
  busy.join();
}

// How far sums and counts are ever apart of histograms that only observe 1.
double greatest_distance() {
  Registry registry;
  auto& spread = registry.histogram("a", "A.", Buckets{0.5, 1, 2});
  auto& cold = registry.histogram("b", "B.", {"x"}, Buckets{0.5, 1, 2}).with("b");
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> observed{0};
  std::vector<std::thread> recorders;
  for (int t = 0; t < 3; ++t) {
    recorders.emplace_back([&] {
      std::uint64_t own = 0;
      for (; !done.load(std::memory_order_relaxed); ++own) spread.observe(1), cold.observe(1);
      observed += own;
    });
  }

  double apart = 0;
  for (int i = 0; i < 20'000; ++i) {
    for (auto* histogram : {&spread, &cold}) {
      const auto snapshot = histogram->snapshot();
      apart = std::max(apart, std::abs(static_cast<double>(snapshot.count()) - snapshot.sum()));
    }
  }
  done = true;
  for (auto& thread : recorders) thread.join();
  for (auto* histogram : {&spread, &cold}) {
    EXPECT_EQ(histogram->snapshot().count(), observed);
    EXPECT_EQ(histogram->snapshot().sum(), static_cast<double>(observed));
  }
  return apart;
}

TEST(Spread, SumAndCountBelongTogether) {
  const double apart = greatest_distance();
#if defined(__x86_64__) && VITALS_DETAIL_RSEQ
  EXPECT_EQ(apart, 0);
#else
  RecordProperty("apart", std::to_string(apart));  // where they are two cells: bounded by what is recorded meanwhile
#endif
}

// As on CPUs without AVX.
TEST(Spread, SumAndCountBelongTogetherWithoutLoadsOfBoth) {
  Registry registry;  // whose making finds out about the CPU
  detail::prepare_pairs(false);
  const double apart = greatest_distance();
  detail::prepare_pairs();
#if defined(__x86_64__) && VITALS_DETAIL_RSEQ
  EXPECT_EQ(apart, 0);
#else
  RecordProperty("apart", std::to_string(apart));
#endif
}

}  // namespace
}  // namespace vitals
