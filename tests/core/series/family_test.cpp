#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VITALS_SANITIZED 1
#else
#define VITALS_SANITIZED 0
#endif

namespace vitals {
namespace {

// Its text would be gone before it is read.
enum class Passing { A };
[[maybe_unused]] std::string label_text(Passing) { return "a"; }
static_assert(!detail::LabelValue<Passing>);

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

template <class F, class... Values>
concept CanLookUp = requires(F& family, Values... values) {
  family.with(values...);
};

using TwoLabels = Family<Counter, 2>;
static_assert(CanLookUp<TwoLabels, const char*, std::string>);
static_assert(CanLookUp<TwoLabels, std::string_view, int>);
static_assert(CanLookUp<TwoLabels, bool, unsigned long long>);
// What else is given says why it doesn't compile: compile_test.py.
static_assert(!detail::LabelValue<double>);
static_assert(!detail::LabelValue<std::nullptr_t>);
static_assert(!detail::LabelValue<wchar_t>);

// docs/core.md quotes this.
// [example]
class Worker {
 public:
  explicit Worker(vitals::Registry& registry)
      : jobs_{registry.counter("jobs_total", "Jobs.", {"queue", "result"})},
        took_{registry.histogram("job_duration_seconds", "Time per job.", {"queue"})},
        idle_{registry.gauge("workers_idle", "Workers that wait.")} {}

  void work(std::string_view queue, const std::function<bool()>& job) {
    auto timer = took_.with(queue).time();
    jobs_.with(queue, job() ? "ok" : "failed").inc();
  }

 private:
  vitals::Family<vitals::Counter, 2>& jobs_;
  vitals::Family<vitals::Histogram, 1>& took_;
  vitals::Gauge& idle_;  // without labels there is no family
};
// [example]

TEST(Family, IsKeptByAClassAsAMember) {
  Registry registry;
  Worker worker{registry};

  worker.work("mail", [] { return true; });
  worker.work("mail", [] { return false; });

  EXPECT_THAT(to_text(registry), AllOf(HasSubstr("jobs_total{queue=\"mail\",result=\"failed\"} 1\n"),
                                       HasSubstr("job_duration_seconds_count{queue=\"mail\"} 2\n")));
}

TEST(Family, GivesTheSameMetricForTheSameValues) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x", "y"});

  EXPECT_EQ(&family.with("1", "true"), &family.with(1, true));
  EXPECT_EQ(&family.with("1", std::string{"z"}), &family.with(std::string_view{"1"}, "z"));
  EXPECT_NE(&family.with("1", "2"), &family.with("2", "1"));
}

// "ab","c" and "a","bc" join to the same bytes.
TEST(Family, KeepsValuesApartWhoseBytesJoinAlike) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x", "y"});

  EXPECT_NE(&family.with("ab", "c"), &family.with("a", "bc"));
  EXPECT_NE(&family.with("", "a"), &family.with("a", ""));
  EXPECT_NE(&family.with(std::string_view{"a\0b", 3}, "c"), &family.with("a", "c"));
}

TEST(Family, FindsEverySeriesAgainAfterGrowth) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"}, {.max_series = 50'000});
  std::vector<Counter*> made;
  for (int i = 0; i < 20'000; ++i) made.push_back(&family.with(i));

  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(&family.with(i), made[static_cast<std::size_t>(i)]) << i;
}

TEST(Family, SeriesBeyondTheLimitShareOne) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x", "y"}, {.max_series = 2});
  register_library_metrics(registry);
  auto& first = family.with("1", "1");
  family.with("2", "2").inc();

  family.with("3", "3").inc();
  family.with("4", "4").inc();

  EXPECT_EQ(&family.with("1", "1"), &first);
  const std::string text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("a_total{x=\"_overflow\",y=\"_overflow\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("a_total{x=\"2\",y=\"2\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("x=\"3\"")));
  EXPECT_THAT(text, HasSubstr("vitals_series_overflow_total{family=\"a_total\"} 2\n"));
}

// A client may send the name of the overflow series as a value: it must not be exposed twice.
TEST(Family, OverflowSeriesMayBeThereAlready) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  auto& counted = family.with("_overflow");
  family.with("a");

  EXPECT_EQ(&family.with("b"), &counted);
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"_overflow\"} 0\na_total{x=\"a\"} 0\n");
  EXPECT_TRUE(family.remove("_overflow"));
  EXPECT_NE(&family.with("b"), &family.with("c"));
}

TEST(Family, EmptyViewIsAnEmptyValue) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});

  EXPECT_EQ(&family.with(std::string_view{}), &family.with(""));
}

TEST(Family, HasTenThousandSeriesByDefault) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"i"});
  for (int i = 0; i < 10'000; ++i) family.with(i);

  EXPECT_NE(&family.with(9'999), &family.with(10'000));
  EXPECT_EQ(&family.with(10'000), &family.with(10'001));
}

TEST(Family, RemovedSeriesIsGoneAndStartsAnew) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  auto& stale = family.with("gone");
  stale.inc(5);
  family.with("kept").inc();

  EXPECT_TRUE(family.remove("gone"));
  EXPECT_FALSE(family.remove("gone"));
  EXPECT_FALSE(family.remove("never"));
  stale.inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"kept\"} 1\n");
  EXPECT_EQ(family.with("gone").value(), 0);
}

TEST(Family, RemovesFromTheFrontTheMiddleAndTheEnd) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  for (int i = 0; i < 5; ++i) family.with(i);

  for (const int i : {0, 2, 4}) EXPECT_TRUE(family.remove(i));
  family.with(5);

  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\n"
            "a_total{i=\"1\"} 0\na_total{i=\"3\"} 0\na_total{i=\"5\"} 0\n");
}

TEST(Family, RemovalMakesRoomUnderTheLimit) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"}, {.max_series = 1});
  family.with(1);
  auto& overflow = family.with(2);

  family.remove(1);

  EXPECT_NE(&family.with(2), &overflow);
}

TEST(Family, FamilyWithoutSeriesIsNotExposed) {
  Registry registry;
  registry.counter("a_total", "A.", {"x"});

  EXPECT_EQ(to_text(registry), "");
}

TEST(Family, ManyThreadsMakeEachSeriesOnce) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5'000; ++i) family.with(i % 500).inc();
    });
  }
  for (auto& thread : threads) thread.join();

  double total = 0;
  const auto snapshot = registry.snapshot();
  ASSERT_EQ(snapshot.size(), 1u);
  for (const auto& metric : snapshot[0].metrics) total += metric.value;
  EXPECT_EQ(snapshot[0].metrics.size(), 500u);
  EXPECT_EQ(total, 8 * 5'000);
}

// The samples of a text, without their values; fails if there is one twice.
std::vector<std::string_view> distinct_samples(std::string_view text) {
  std::vector<std::string_view> samples;
  for (std::size_t end = 0; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    if (text[0] != '#') samples.push_back(text.substr(0, text.substr(0, end).rfind(' ')));
  }
  std::ranges::sort(samples);
  const auto twice = std::ranges::adjacent_find(samples);
  EXPECT_EQ(twice, samples.end()) << *twice;
  return samples;
}

TEST(Family, LooksUpMakesRemovesAndScrapesAtOnce) {
  constexpr int kSeries = VITALS_SANITIZED ? 200 : 1'000;
  constexpr int kScrapes = VITALS_SANITIZED ? 50 : 300;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  const auto is_kept = [](int i) { return i % 10 == 0; };
  std::vector<std::string> kept;
  for (int i = 0; i < kSeries; ++i) {
    family.with(i);
    if (is_kept(i)) kept.push_back("a_total{i=\"" + std::to_string(i) + "\"}");
  }
  std::ranges::sort(kept);
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; !done; i = (i + 7) % kSeries) {
      if (is_kept(i)) continue;
      family.remove(i);
      family.with(i);
    }
  }};
  auto& counter = family.with(0);
  std::uint64_t looked_up = 0;
  std::uint64_t wrong = 0;
  std::thread looker{[&] {
    for (; !done; ++looked_up) {
      wrong += &family.with(0) != &counter;
      counter.inc();
    }
  }};

  for (int i = 0; i < kScrapes && !testing::Test::HasFailure(); ++i) {
    const std::string text = to_text(registry);
    const auto samples = distinct_samples(text);
    EXPECT_TRUE(std::ranges::includes(samples, kept)) << text;
  }
  done = true;
  churn.join();
  looker.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(counter.value(), static_cast<double>(looked_up));
}

// Tells when a scrape reads a peak gauge.
struct ClockThatTells final : Clock {
  std::int64_t unix_nanos() const noexcept override { return 1; }
  std::int64_t steady_nanos() const noexcept override {
    if (on_read) on_read();
    return 0;
  }
  std::function<void()> on_read;
};

// Whether all of this is done by another thread while a scrape is held up in a family that has this clock.
bool is_done_during_a_scrape(Registry& registry, ClockThatTells& clock, const std::function<void()>& work) {
  std::future<void> done;
  std::atomic<bool> begun{false};  // the other thread reads the clock too, perhaps before `done` is there
  bool in_time = false;
  clock.on_read = [&] {
    if (begun.exchange(true)) return;
    done = std::async(std::launch::async, work);
    in_time = done.wait_for(std::chrono::seconds{5}) == std::future_status::ready;
  };
  (void)to_text(registry);
  clock.on_read = nullptr;
  done.get();
  return in_time;
}

TEST(Family, LookUpsBeyondTheLimitAndOfInvalidUtf8TakeNoLock) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"x", "y"}, {}, {.max_series = 3});
  const std::string longer(300, 'x');
  PeakGauge& bad = family.with("\xFF", "\xC0\x80");
  PeakGauge& bad_and_longer = family.with(longer, "a\xFF");
  family.with(1, 1);
  PeakGauge& overflow = family.with(2, 2);

  std::vector<PeakGauge*> found;
  EXPECT_TRUE(is_done_during_a_scrape(registry, clock, [&] {
    found = {&family.with("\xFF", "\xC0\x80"), &family.with("\xFE", "\xC0\x80"),
             &family.with(longer, "a\xFF"),    &family.with(3, 3),
             &family.with(longer, longer),     &family.with("\xFF", "\xFF")};
  }));

  EXPECT_THAT(found, ElementsAre(&bad, &bad, &bad_and_longer, &overflow, &overflow, &overflow));
}

// What was asked for with bytes that were replaced is found again by these bytes, as long as the series is there.
TEST(Family, ReplacedValuesLeadToWhatIsThereNow) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  Counter& first = family.with("\xFF");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(&family.with("\xFF"), &first);
    EXPECT_EQ(&family.with("\xFE"), &first);
    EXPECT_EQ(&family.with("\uFFFD"), &first);
  }
  EXPECT_EQ(family.size(), 1U);

  EXPECT_TRUE(family.remove("\uFFFD"));
  Counter& second = family.with("\xFE");
  EXPECT_NE(&second, &first);
  EXPECT_EQ(&family.with("\xFF"), &second);
  EXPECT_TRUE(family.remove("\xFF"));
  EXPECT_FALSE(family.remove("\xFE"));
  EXPECT_EQ(family.size(), 0U);
}

TEST(Family, ValuesThatAreReplacedTakeBoundedMemory) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  Counter& counter = family.with("\xFF");
  for (int i = 0; i < 100'000; ++i) {
    std::string value(1 + i % 7, 'x');
    value.back() = static_cast<char>(0x80 + i % 64);
    for (auto& c : value) c = c == 'x' ? static_cast<char>(0x80 + i / 64 % 64) : c;
    family.with(value).inc();
  }
  EXPECT_EQ(family.size(), 7U);  // of one to seven U+FFFD
  EXPECT_GT(counter.value(), 0);
  EXPECT_EQ(family.clear(), 7U);
  EXPECT_EQ(to_text(registry), "");
}

// Whether a family is full is remembered of the bytes as they were given; what there is of them afterwards counts.
TEST(Family, ReplacedValuesBeyondTheLimitLeadToWhatIsThereNow) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 2});
  Counter& there = family.with("\uFFFD");
  family.with(1);
  Counter& overflow = family.with(2);
  const auto expect_all = [&](const char* bytes, const Counter& expected) {
    for (int i = 0; i < 3; ++i) EXPECT_EQ(&family.with(bytes), &expected) << bytes;
  };
  expect_all("a\xFF", overflow);
  expect_all("\xFF", there);
  expect_all("\xFE", there);
  expect_all("a\uFFFD", overflow);

  EXPECT_TRUE(family.remove(1));
  Counter& second = family.with("a\xFE");
  EXPECT_NE(&second, &overflow);
  expect_all("a\xFF", second);
  expect_all("a\uFFFD", second);
  expect_all("b\xFF", overflow);

  EXPECT_TRUE(family.remove("a\uFFFD"));
  EXPECT_TRUE(family.remove("\xFF"));
  Counter& third = family.with("b\xFF");
  EXPECT_EQ(&family.with("b\uFFFD"), &third);
  EXPECT_NE(&family.with("a\xFF"), &overflow);
  expect_all("\xFF", overflow);
}

TEST(Family, EachLookUpOfAReplacedValueBeyondTheLimitIsCounted) {
  Registry registry;
  register_library_metrics(registry);
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 0});
  for (int i = 0; i < 5; ++i) family.with("\xFF").inc();

  EXPECT_EQ(family.with("_overflow").value(), 5);
  EXPECT_THAT(to_text(registry), HasSubstr("vitals_series_overflow_total{family=\"a_total\"} 5\n"));
}

// Values whose bytes are replaced, and one that makes room for them and takes it away.
TEST(Family, ReplacedValuesAreNeverBeyondTheLimitIfTheyHaveASeries) {
  constexpr int kChanges = VITALS_SANITIZED ? 2'000 : 50'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 3});
  Counter& kept = family.with("\uFFFD");
  family.with(1);
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; i < kChanges; ++i) {
      family.with("a\uFFFD").inc();
      family.with("b\uFFFD").inc();
      family.remove(i % 2 == 0 ? "a\uFFFD" : "b\uFFFD");
    }
    done = true;
  }};

  std::uint64_t wrong = 0;
  while (!done) {
    for (const char* value : {"\xFF", "\xFE"}) wrong += &family.with(value) != &kept;
    family.with("b\xFF").inc();
    family.with("c\xFF").inc();
  }
  churn.join();

  EXPECT_EQ(wrong, 0U);
  EXPECT_LE(family.size(), 3U);
}

TEST(Family, LimitCountsAgainAfterRemoval) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1});
  Counter& first = family.with(1);
  Counter& overflow = family.with(2);
  EXPECT_EQ(&family.with(3), &overflow);

  EXPECT_TRUE(family.remove("_overflow"));
  EXPECT_NE(&family.with(3), &overflow);
  EXPECT_EQ(&family.with(3), &family.with("_overflow"));
  EXPECT_EQ(&family.with(1), &first);

  EXPECT_TRUE(family.remove(1));
  EXPECT_NE(&family.with(3), &family.with("_overflow"));
  EXPECT_EQ(&family.with(1), &family.with("_overflow"));
}

// Series that move in the table while others come and go around the limit.
TEST(Family, KnownSeriesIsNeverTakenForOneBeyondTheLimit) {
  constexpr std::size_t kSeries = 48;
  constexpr int kChanges = VITALS_SANITIZED ? 5'000 : 100'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"}, {.max_series = kSeries});
  std::vector<Counter*> kept;
  for (std::size_t i = 0; i < kSeries / 2; ++i) kept.push_back(&family.with(i));
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; i < kChanges; ++i) {
      const std::size_t other = kSeries + static_cast<std::size_t>(i) % kSeries;
      if (i % 3 == 0) family.remove(other);
      family.with(other + 1).inc();
    }
    done = true;
  }};

  std::uint64_t wrong = 0;
  for (std::size_t i = 0; !done; i = (i + 1) % kept.size()) wrong += &family.with(i) != kept[i];
  churn.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_LE(family.size(), kSeries);
}

// A walk takes no lock, so a scrape's own thread may change what it walks over.
TEST(Family, ChangesInTheMiddleOfAScrape) {
  constexpr int kSeries = 5;
  const auto sample = [](int i) { return "a{i=\"" + std::to_string(i) + "\"}"; };
  for (int at = 0; at < kSeries; ++at) {
    for (int removed = 0; removed < kSeries; ++removed) {
      ClockThatTells clock;
      Registry registry{{.clock = &clock}};
      auto& family = registry.peak_gauge("a", "A.", {"i"});
      for (int i = 0; i < kSeries; ++i) family.with(i);
      int reads = 0;
      clock.on_read = [&] {
        if (reads++ != at) return;
        for (int again = 0; again < 3; ++again) {  // the memory of the second may serve the third
          EXPECT_TRUE(family.remove(removed));
          family.with(removed);
        }
      };

      const std::string text = to_text(registry);

      std::vector<std::string> expected;
      for (int i = 0; i < kSeries; ++i) {
        // What is made anew is a later series; what was written before is there; what is being read is not.
        if (i != removed || removed < at) expected.push_back(sample(i));
      }
      const auto samples = distinct_samples(text);
      EXPECT_TRUE(std::ranges::equal(samples, expected)) << removed << " removed at " << at << ":\n" << text;
      EXPECT_EQ(distinct_samples(to_text(registry)).size(), static_cast<std::size_t>(kSeries));
    }
  }
}

TEST(Family, AllSeriesEndInTheMiddleOfAScrape) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"i"});
  for (int i = 0; i < 5; ++i) family.with(i);
  int reads = 0;
  clock.on_read = [&] {
    if (reads++ != 2) return;
    EXPECT_EQ(family.clear(), 5U);
    family.with("new");
  };

  EXPECT_EQ(distinct_samples(to_text(registry)).size(), 2U);
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{i=\"new\"} NaN\n");
}

TEST(Family, MakesAndRemovesWhileAScrapeIsHeldUp) {
  ClockThatTells clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.peak_gauge("a", "A.", {"i"});
  for (int i = 0; i < 10; ++i) family.with(i);

  EXPECT_TRUE(is_done_during_a_scrape(registry, clock, [&] {
    for (int i = 0; i < 1'000; ++i) {
      family.with("new" + std::to_string(i));
      EXPECT_TRUE(family.remove(i % 10));
      family.with(i % 10);
    }
    EXPECT_EQ(family.size(), 1'010U);
  }));
}

// Series of which each knows what its value must be, made and removed while several threads scrape.
TEST(Family, ScrapesShowNoValueOfAnotherSeries) {
  constexpr int kSeries = 300;
  constexpr int kRounds = VITALS_SANITIZED ? 100 : 1'000;
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"i"});
  std::atomic<bool> done{false};
  std::thread churn{[&] {
    for (int i = 0; !done; i = (i + 7) % kSeries) {
      if (i % 50 == 0) family.remove_matching({{"i", std::to_string(i)}});
      family.remove(i);
      Counter& counter = family.with(i);
      for (int n = 0; n < 5'000 && i % 100 == 0; ++n) counter.inc(0);  // hot: it is spread over the CPUs
      counter.inc(i + 1);
    }
  }};
  const auto scrape = [&] {
    for (int round = 0; round < kRounds; ++round) {
      const auto families = registry.snapshot();
      for (const auto& family : families) {
        for (const auto& metric : family.metrics) {
          const double right = std::stod(metric.labels.at(0).value) + 1;
          ASSERT_TRUE(metric.value == 0 || metric.value == right) << metric.value << " of " << right - 1;
        }
      }
    }
  };
  std::thread other{scrape};
  scrape();
  other.join();
  done = true;
  churn.join();
}

// Memory of a removed series that served one of another family would answer for it: their keys are the same values.
TEST(Family, LookUpsNeverFindSeriesOfAnotherFamily) {
  Registry registry;
  auto& a = registry.counter("a_total", "A.", {"x"});
  auto& b = registry.counter("b_total", "B.", {"x"});
  std::atomic<bool> done{false};
  std::vector<std::thread> churn;
  for (int t = 0; t < 2; ++t) {
    churn.emplace_back([&] {
      while (!done) {
        a.remove("v");
        b.with("v").inc(1'000'000);
        b.remove("v");
        a.with("v");
      }
    });
  }

  double most = 0;
  for (int i = 0; i < 300'000; ++i) most = std::max(most, a.with("v").value());
  done = true;
  for (auto& thread : churn) thread.join();

  EXPECT_EQ(most, 0);  // nobody increments a series of a_total
}

TEST(Family, TakesLabelNamesFromArraysThatHaveNames) {
  Registry registry;
  static constexpr std::array<std::string_view, 2> kNames{"x", "y"};
  const std::string names[] = {"x", "y"};

  registry.counter("a_total", "A.", kNames).with("1", 2).inc();
  registry.counter("a_total", "A.", names).with("1", 2).inc();

  EXPECT_EQ(&registry.counter("a_total", "A.", kNames), &registry.counter("a_total", "A.", {"x", "y"}));
  EXPECT_THAT(to_text(registry), HasSubstr("a_total{x=\"1\",y=\"2\"} 2\n"));
}

}  // namespace
}  // namespace vitals
