// How series end: by hand, by scope, by idleness; and that nothing of them stays.
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "support/this_process.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::FakeClock;
using vitals::testing::kSanitized;
using vitals::testing::resident_bytes;
using vitals::testing::value;

enum class Method { Get, Post };
std::string_view label_text(Method method) { return method == Method::Get ? "GET" : "POST"; }

TEST(ScopedSeries, EndsWithItsScope) {
  Registry registry;
  auto& family = registry.gauge("sessions", "S.", {"id", "kind"});
  {
    auto series = family.scoped(7, Method::Get);
    series->set(3);
    (*series).add(1);
    EXPECT_EQ(value(registry, "sessions", {{"id", "7"}, {"kind", "GET"}}), 4);
  }

  EXPECT_EQ(family.size(), 0u);
}

TEST(ScopedSeries, LeavesASeriesThatIsNotItsOwn) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});
  {
    auto series = family.scoped("1");
    family.remove("1");
    family.with("1").inc(5);
  }

  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), 5);
}

TEST(ScopedSeries, MovesAndEndsOnce) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"x"});
  auto first = family.scoped("1");
  auto moved = std::move(first);
  EXPECT_EQ(family.size(), 1u);

  moved = family.scoped("2");

  EXPECT_EQ(value(registry, "a", {{"x", "1"}}), std::nullopt);
  EXPECT_EQ(value(registry, "a", {{"x", "2"}}), 0);
}

TEST(ScopedSeries, BeyondTheLimitIsNobodysToRemove) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1});
  family.with("1");
  { family.scoped("2")->inc(); }
  { family.scoped("\xFF")->inc(); }

  EXPECT_EQ(value(registry, "a_total", {{"x", "_overflow"}}), 2);
}

struct ExpiryTest : ::testing::Test {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
};

TEST_F(ExpiryTest, SeriesThatAreIdleEnd) {
  auto& family = registry.counter("a_total", "A.", {"x"}, {.expire_after = 60s});
  auto& stale = family.with("idle");
  auto& busy = family.with("busy");
  for (int i = 0; i < 4; ++i) {
    busy.inc();
    clock.advance(20s);
    (void)to_text(registry);
  }

  EXPECT_EQ(value(registry, "a_total", {{"x", "busy"}}), 4);
  EXPECT_EQ(value(registry, "a_total", {{"x", "idle"}}), std::nullopt);
  stale.inc();
  EXPECT_EQ(family.size(), 1u);
  EXPECT_NE(&family.with("idle"), &stale);
  EXPECT_EQ(value(registry, "a_total", {{"x", "idle"}}), 0);
}

TEST_F(ExpiryTest, EveryTypeMayExpire) {
  const FamilyOptions options{.expire_after = 10s};
  auto& gauge = registry.gauge("g", "G.", {"x"}, options);
  auto& histogram = registry.histogram("h", "H.", {"x"}, Buckets{1}, options);
  auto& states = registry.state_set("s", "S.", {"x"}, {"a", "b"}, options);
  auto& peak = registry.peak_gauge("p", "P.", {"x"}, {.window = 2s}, options);
  gauge.with("1").set(1);
  histogram.with("1").observe(1);
  states.with("1").set("a");
  peak.with("1").observe(1);
  (void)registry.snapshot();
  clock.advance(9s);
  gauge.with("1").set(2);
  histogram.with("1").observe(1);
  states.with("1").set("b");
  peak.with("1").observe(2);
  (void)registry.snapshot();
  clock.advance(9s);
  EXPECT_EQ(registry.snapshot().size(), 4u);

  for (int i = 0; i < 4; ++i) {
    clock.advance(5s);
    (void)registry.snapshot();
  }

  EXPECT_EQ(to_text(registry), "");
  EXPECT_EQ(gauge.size() + histogram.size() + states.size() + peak.size(), 0u);
}

// Whose administrator sets the time.
struct ClockThatJumps final : Clock {
  std::int64_t unix_nanos() const noexcept override { return now; }
  std::int64_t steady_nanos() const noexcept override { return 0; }
  std::int64_t now = 0;
};

TEST(Expiry, GoesByTheSteadyClock) {
  ClockThatJumps clock;
  Registry registry{{.clock = &clock}};
  registry.counter("a_total", "A.", {"x"}, {.expire_after = 60s}).with("1").inc();
  (void)to_text(registry);

  clock.now = std::chrono::nanoseconds{24h}.count();
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), 1);
  clock.now = -clock.now;
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), 1);
}

TEST(SeriesLife, BeginsWhenTheClockSaysAlsoIfThatWasSetBack) {
  ClockThatJumps clock;
  Registry registry{{.clock = &clock}};
  auto& family = registry.counter("a_total", "A.", {"x"});
  clock.now = 9000;
  family.with("first");
  clock.now = 2000;
  family.with("second");

  const auto snapshot = registry.snapshot();

  ASSERT_EQ(snapshot[0].metrics.size(), 2u);
  EXPECT_EQ(snapshot[0].metrics[0].created, 9000);
  EXPECT_EQ(snapshot[0].metrics[1].created, 2000);
}

TEST_F(ExpiryTest, MakesRoomUnderTheLimit) {
  auto& family = registry.counter("a_total", "A.", {"x"}, {.max_series = 1, .expire_after = 1s});
  family.with("1");
  (void)to_text(registry);
  clock.advance(1s);
  (void)to_text(registry);

  family.with("2").inc();

  EXPECT_EQ(value(registry, "a_total", {{"x", "2"}}), 1);
}

TEST(SeriesLife, RemoveMatchingEndsThoseThatHaveAllOfTheLabels) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", {"tenant", "shard"});
  for (int tenant = 0; tenant < 3; ++tenant) {
    for (int shard = 0; shard < 100; ++shard) family.with(tenant, shard);
  }

  EXPECT_EQ(family.remove_matching({{"tenant", "1"}}), 100u);
  EXPECT_EQ(family.remove_matching({{"shard", "7"}, {"tenant", "2"}}), 1u);
  EXPECT_EQ(family.remove_matching({{"tenant", "9"}}), 0u);
  EXPECT_EQ(family.size(), 199u);
  EXPECT_EQ(family.clear(), 199u);
  EXPECT_EQ(family.clear(), 0u);
  EXPECT_EQ(to_text(registry), "");
}

TEST(SeriesLife, TakesEnumeratorsAsLabels) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"method"});
  family.with(Method::Post).inc();

  EXPECT_EQ(&family.with(Method::Post), &family.with("POST"));
  EXPECT_TRUE(family.remove(Method::Post));
}

TEST(SeriesLife, ConstantLabelsStandBeforeAllOthers) {
  Registry registry{{.labels = {{"zone", "\xFF\"a"}, {"b", "2"}}}};
  registry.counter("a_total", "A.", {"a"}).with(1).inc();
  registry.gauge("b", "B.").set(1);
  registry.info("c", "C.", {{"v", "1"}});
  registry.keep_collector([](auto& out) {
    out.push_back({"d", "D.", MetricType::Gauge, {{.labels = {{"x", "1"}}, .value = 1}}});
    out.push_back({"e", "E.", MetricType::Gauge, {{.labels = {{"zone", "1"}}, .value = 1}}});
  });

  const std::string text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("a_total{zone=\"\xEF\xBF\xBD\\\"a\",b=\"2\",a=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("b{zone=\"\xEF\xBF\xBD\\\"a\",b=\"2\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("c_info{zone=\"\xEF\xBF\xBD\\\"a\",b=\"2\",v=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("d{zone=\"\xEF\xBF\xBD\\\"a\",b=\"2\",x=\"1\"} 1\n"));
  EXPECT_THAT(text, Not(HasSubstr("# TYPE e ")));
}

TEST(SeriesLife, NamesMayBeUtf8) {
  Registry registry{{.labels = {{"zone.name", "a"}}, .utf8_names = true}};
  registry.counter("http.requests", "R.", {"m\xC3\xA9thode"}).with("GET").inc();
  registry.state_set("app.mode", "M.", {"on"}).set("on");

  std::string text;
  expose(registry, {.format = Format::Text, .escaping = Escaping::Utf8}, text);
  EXPECT_THAT(text, HasSubstr("{\"http.requests_total\",\"zone.name\"=\"a\",\"m\xC3\xA9thode\"=\"GET\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("{\"app.mode\",\"zone.name\"=\"a\",\"app.mode\"=\"on\"} 1\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("http_requests_total{zone_name=\"a\",m_thode=\"GET\"} 1\n"));
}

// A service whose label values never come back, for a long time.
TEST(SeriesLife, TwoHundredThousandSeriesInTurnTakeNoMemory) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"id"});
  auto& histograms = registry.histogram("h", "H.", {"id"}, Buckets{1, 2, 3});
  const auto come_and_go = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      counters.with(i).inc(1, {{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}});
      histograms.with(i).observe(1, {{"trace_id", "4bf92f3577b34da6a3ce929d0e0e4736"}});
      if (i % 1000 == 0) (void)to_text(registry);
      counters.remove(i - 10);
      histograms.remove(i - 10);
    }
  };
  come_and_go(0, 20'000);
  const std::size_t before = resident_bytes();

  come_and_go(20'000, kSanitized ? 30'000 : 200'000);

  EXPECT_EQ(counters.size(), 10u);
  EXPECT_EQ(histograms.size(), 10u);
  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (std::size_t{2} << 20));
  }
}

// Each length has blocks of its own, whose pages go back.
TEST(SeriesLife, LargeLabelValuesOfAllLengthsTakeNoMemory) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"x"});
  const auto come_and_go = [&](std::size_t length) {
    for (int i = 0; i < 20; ++i) counters.with(std::string(length, static_cast<char>('a' + i))).inc();
    counters.clear();
  };
  come_and_go(10);
  const std::size_t before = resident_bytes();

  for (std::size_t length = 8'000; length < 1'500'000; length *= 2) come_and_go(length);

  EXPECT_EQ(counters.size(), 0u);
  if (!kSanitized) {
    EXPECT_LT(resident_bytes(), before + (std::size_t{16} << 20));
  }
}

// Both find what was made of them.
TEST(SeriesLife, ValuesThatAreNotUtf8AreRemovedByWhatTheyWere) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"x"});
  counters.with("\xFF").inc();
  EXPECT_EQ(counters.remove_matching({{"x", "\xFF"}}), 1u);
  counters.with("\xFF").inc();
  EXPECT_TRUE(counters.remove("\xFF"));
}

// References from before remove() are used by threads while the memory of their series serves others.
TEST(SeriesLife, StaleReferencesAreHarmless) {
  Registry registry;
  auto& counters = registry.counter("a_total", "A.", {"i"});
  auto& histograms = registry.histogram("h", "H.", {"i"}, Buckets{1, 2});
  auto& peaks = registry.peak_gauge("p", "P.", {"i"});
  auto& states = registry.state_set("s", "S.", {"i"}, {"a", "b"});
  std::vector<Counter*> counter;
  std::vector<Histogram*> histogram;
  std::vector<PeakGauge*> peak;
  std::vector<StateSet*> state;
  for (int i = 0; i < 500; ++i) {
    counter.push_back(&counters.with(i));
    histogram.push_back(&histograms.with(i));
    peak.push_back(&peaks.with(i));
    state.push_back(&states.with(i));
  }
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      while (!done) {
        for (std::size_t i = 0; i < counter.size(); ++i) {
          counter[i]->inc();
          counter[i]->add(0.5);
          counter[i]->inc(1, {{"trace_id", "x"}});
          histogram[i]->observe(1.5);
          histogram[i]->observe(3, {{"trace_id", "x"}});
          peak[i]->observe(static_cast<double>(i));
          state[i]->set("b");
          state[i]->disable("b");
        }
      }
    });
  }

  for (int i = 0; i < 500; ++i) {
    counters.remove(i);
    histograms.remove(i);
    peaks.remove(i);
    states.remove(i);
    counters.with("new").inc(0);
    if (i % 50 == 0) (void)registry.snapshot();
  }
  done = true;
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(value(registry, "a_total", {{"i", "new"}}), 0);
  EXPECT_EQ(counters.size(), 1u);
  EXPECT_EQ(histograms.size() + peaks.size() + states.size(), 0u);
}

TEST(Expiry, MetricsWithoutLabelsStay) {
  FakeClock clock;
  Registry registry{{.clock = &clock}};
  auto& counter = registry.counter("a_total", "A.", {.expire_after = 1s});

  for (int i = 0; i < 3; ++i) {
    (void)to_text(registry);
    clock.advance(1h);
  }
  counter.inc();

  EXPECT_THAT(to_text(registry), HasSubstr("a_total 1\n"));
}

}  // namespace
}  // namespace vitals
