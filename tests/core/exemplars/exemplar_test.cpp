#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/exemplars/exemplar_pool.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::FakeClock;
using vitals::testing::value;

// A trace that the test sets.
struct Trace {
  std::atomic<bool> sampled{true};
  std::atomic<int> asked{0};
  std::string trace_id = std::string(32, '1');
  std::string span_id = std::string(16, '2');

  [[nodiscard]] TraceSource source() {
    return {[](TraceContext& out, void* context) noexcept {
              auto& self = *static_cast<Trace*>(context);
              ++self.asked;
              if (!self.sampled) return false;
              self.trace_id.copy(out.trace_id, sizeof out.trace_id);
              out.span_id[0] = '\0';
              self.span_id.copy(out.span_id, sizeof out.span_id);
              return true;
            },
            this};
  }
};

struct ExemplarTest : ::testing::Test {
  ExemplarTest() { register_library_metrics(registry); }

  [[nodiscard]] double dropped(std::string_view reason) const {
    return value(registry, "vitals_exemplars_dropped_total", {{"reason", reason}}).value_or(-1);
  }
  [[nodiscard]] std::vector<Exemplar> of(std::string_view family) const {
    for (const auto& snapshot : registry.snapshot()) {
      if (snapshot.name == family) return snapshot.metrics.at(0).exemplars;
    }
    return {};
  }

  FakeClock clock;
  Trace trace;
  Registry registry{{.clock = &clock, .trace_source = trace.source()}};
};

TEST_F(ExemplarTest, ShowsTheNewestOfACounter) {
  auto& counter = registry.counter("a_total", "A.");
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total 0\n"));

  counter.inc(1, {{"trace_id", "x"}});
  clock.advance(1500ms);
  counter.inc(2.5, {{"trace_id", "y"}, {"span_id", "z"}});

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total 3.5 # {trace_id=\"y\",span_id=\"z\"} 2.5 1000000001.5\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("a_total 3.5\n"));
  EXPECT_THAT(to_protobuf(registry), HasSubstr("span_id"));
}

TEST_F(ExemplarTest, ShowsTheNewestOfEachBucket) {
  auto& histogram = registry.histogram("h", "H.", {"l"}, Buckets{1, 2}).with("x");

  histogram.observe(0.5, {{"trace_id", "old"}});
  histogram.observe(1.0, {{"trace_id", "low"}});
  histogram.observe(3s, {{"trace_id", "high"}});
  histogram.observe(1.5);

  const std::string text = to_openmetrics(registry);
  EXPECT_THAT(text, HasSubstr("h_bucket{l=\"x\",le=\"1.0\"} 2 # {trace_id=\"low\"} 1.0 1000000000"));
  EXPECT_THAT(text, HasSubstr("h_bucket{l=\"x\",le=\"2.0\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("h_bucket{l=\"x\",le=\"+Inf\"} 4 # {trace_id=\"high\"} 3.0 "));
  EXPECT_EQ(histogram.snapshot().count(), 4u);
}

TEST_F(ExemplarTest, BadUpdatesHaveNone) {
  auto& counter = registry.counter("a_total", "A.");
  auto& histogram = registry.histogram("h", "H.", Buckets{1});

  counter.inc(-1, {{"x", "1"}});
  counter.add(std::nan(""), {{"x", "1"}});
  histogram.observe(std::nan(""), {{"x", "1"}});

  EXPECT_EQ(counter.value(), 0);
  EXPECT_TRUE(of("a_total").empty());
  EXPECT_TRUE(of("h").empty());
}

TEST_F(ExemplarTest, HasAtMost128CodePoints) {
  auto& counter = registry.counter("a_total", "A.");
  std::string wide;
  for (int i = 0; i < 127; ++i) wide += "\xF0\x9F\x99\x82";

  counter.inc(1, {{"x", wide}});
  ASSERT_EQ(of("a_total").size(), 1u);
  EXPECT_EQ(of("a_total")[0].labels, (std::vector<Label>{{"x", wide}}));
  EXPECT_THAT(to_openmetrics(registry), HasSubstr(wide));

  counter.inc(1, {{"xy", wide}});
  counter.inc(1, {{std::string(129, 'x'), ""}});
  counter.inc(1, {{"x", std::string(1 << 20, 'x')}});
  EXPECT_EQ(of("a_total")[0].labels[0].name, "x");
  EXPECT_EQ(counter.value(), 4);
  EXPECT_EQ(dropped("too_long"), 3);
  EXPECT_EQ(dropped("invalid"), 0);
}

TEST_F(ExemplarTest, TakesManyLabelsAndNone) {
  auto& counter = registry.counter("a_total", "A.");
  std::vector<std::string> names;
  for (char c = 'a'; c <= 'z'; ++c) names.push_back({c});
  std::vector<LabelPair> labels;
  for (const auto& name : names) labels.push_back({name, "\xF0\x9F\x99\x82"});

  counter.inc(1, std::span<const LabelPair>{labels});
  EXPECT_EQ(of("a_total").at(0).labels.size(), 26u);

  counter.inc(1, std::span<const LabelPair>{});
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total 2 # {} 1.0 "));
}

TEST_F(ExemplarTest, RefusesNamesThatLabelsCanNotHave) {
  auto& counter = registry.counter("a_total", "A.");

  counter.inc(1, {{"", "1"}});
  counter.inc(1, {{"a b", "1"}});
  counter.inc(1, {{"a\"", "1"}});
  counter.inc(1, {{"a", "1"}, {"a", "2"}});
  counter.inc(1, {{"__name__", "1"}});

  EXPECT_TRUE(of("a_total").empty());
  EXPECT_EQ(dropped("invalid"), 5);
}

TEST_F(ExemplarTest, MakesValuesUtf8) {
  auto& counter = registry.counter("a_total", "A.");

  counter.inc(1, {{"x", "a\xFF\"\n\xE2\x82"}});

  EXPECT_EQ(of("a_total")[0].labels[0].value, "a\xEF\xBF\xBD\"\n\xEF\xBF\xBD");
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("{x=\"a\xEF\xBF\xBD\\\"\\n\xEF\xBF\xBD\"}"));
}

// For which Prometheus would refuse the whole scrape.
TEST_F(ExemplarTest, HaveNoNul) {
  auto& counter = registry.counter("a_total", "A.");
  counter.inc(1, {{"trace_id", std::string_view{"a\0b", 3}}});
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total 1 # {trace_id=\"a\xEF\xBF\xBD"
                                                  "b\"} 1.0"));

  const auto collector = registry.add_collector([](std::vector<FamilySnapshot>& out) {
    MetricSnapshot metric{.value = 1};
    metric.exemplars = {{{{"x", std::string(1, '\0')}}, 1, 0}};
    out.push_back({"b_total", "B.", MetricType::Counter, {metric}});
  });
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("b_total 1.0\n"));
}

TEST_F(ExemplarTest, TracesMayHaveShorterIds) {
  trace.trace_id = std::string{"0123456789abcdef"} + '\0';
  trace.span_id = std::string{"12345678"} + '\0';
  registry.counter("a_total", "A.", {.exemplars = true}).inc();

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("# {trace_id=\"0123456789abcdef\",span_id=\"12345678\"} 1.0"));
}

TEST_F(ExemplarTest, TakesThemFromTheTraceOfTheThread) {
  auto& counter = registry.counter("a_total", "A.", {"l"}, {.exemplars = true}).with("x");
  auto& histogram = registry.histogram("h_seconds", "H.", Buckets{1}, {.exemplars = true});

  counter.inc();
  { auto timer = histogram.time(); }
  trace.span_id.clear();
  histogram.observe(7);

  const std::string text = to_openmetrics(registry);
  EXPECT_THAT(
      text, HasSubstr("a_total{l=\"x\"} 1 # {trace_id=\"" + trace.trace_id + "\",span_id=\"2222222222222222\"} 1.0 "));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{le=\"1.0\"} 1 # {trace_id=\"" + trace.trace_id + "\",span_id="));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{le=\"+Inf\"} 2 # {trace_id=\"" + trace.trace_id + "\"} 7.0 "));
  EXPECT_EQ(histogram.snapshot().count(), 2u);
  EXPECT_EQ(histogram.snapshot().counts()[1], 1u);
}

TEST_F(ExemplarTest, TakesAtMostOnePerIntervalAndBucket) {
  auto& histogram = registry.histogram("h", "H.", Buckets{1}, {.exemplars = true});

  histogram.observe(0.5);
  clock.advance(999ms);
  histogram.observe(0.6);
  histogram.observe(2);
  EXPECT_EQ(trace.asked, 2);
  EXPECT_EQ(of("h").at(0).value, 0.5);
  EXPECT_EQ(of("h").at(1).value, 2);

  clock.advance(1ms);
  histogram.observe(0.7);
  EXPECT_EQ(of("h").at(0).value, 0.7);
}

TEST_F(ExemplarTest, TraceThatIsNotSampledTakesNoTurn) {
  auto& counter = registry.counter("a_total", "A.", {.exemplars = true});
  trace.sampled = false;
  counter.inc();
  EXPECT_TRUE(of("a_total").empty());

  trace.sampled = true;
  counter.inc();

  EXPECT_EQ(of("a_total").size(), 1u);
}

TEST_F(ExemplarTest, GivenOnesGoBeforeThoseOfTheTrace) {
  auto& counter = registry.counter("a_total", "A.", {.exemplars = true});
  auto& histogram = registry.histogram("h", "H.", Buckets{1}, {.exemplars = true});

  counter.inc(1, {{"x", "1"}});
  counter.inc(0.5, {{"x", "2"}});
  histogram.observe(1, {{"x", "3"}});
  histogram.observe(1);

  EXPECT_EQ(of("a_total").at(0).labels, (std::vector<Label>{{"x", "2"}}));
  EXPECT_EQ(of("h").at(0).labels, (std::vector<Label>{{"x", "3"}}));
  EXPECT_EQ(trace.asked, 0);
}

TEST_F(ExemplarTest, FamiliesWithoutThemAskForNoTrace) {
  auto& counter = registry.counter("a_total", "A.");
  counter.inc();

  EXPECT_EQ(trace.asked, 0);
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total 1\n"));
}

TEST_F(ExemplarTest, FamiliesThatWantThemCountAsEver) {
  Registry plain;
  auto& counter = plain.counter("a_total", "A.", {.exemplars = true});
  auto& histogram = plain.histogram("h", "H.", Buckets{1}, {.exemplars = true});

  counter.inc();
  histogram.observe(1);

  EXPECT_THAT(to_openmetrics(plain), Not(HasSubstr(" # {")));
  EXPECT_EQ(counter.value(), 1);
  EXPECT_EQ(histogram.snapshot().count(), 1u);
}

TEST_F(ExemplarTest, EndWithTheirSeries) {
  auto& family = registry.counter("a_total", "A.", {"x"});
  auto& stale = family.with("1");
  stale.inc(1, {{"trace_id", "old"}});
  family.remove("1");

  auto& fresh = family.with("2");
  fresh.inc(1, {{"trace_id", "new"}});
  stale.inc(1, {{"trace_id", "stale"}});
  stale.inc();

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total{x=\"2\"} 1 # {trace_id=\"new\"} "));
  EXPECT_THAT(to_openmetrics(registry), Not(HasSubstr("stale")));
  auto& third = family.with("3");
  third.inc();
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total{x=\"3\"} 1\n"));
}

// Many threads record into series that are removed and made anew, while a scrape reads.
TEST_F(ExemplarTest, StayWithTheirSeriesWhateverHappens) {
  auto& counters = registry.counter("a_total", "A.", {"i"}, {.exemplars = true});
  auto& histograms = registry.histogram("h", "H.", {"i"}, Buckets{1, 2}, {.exemplars = true});
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      const std::string long_id(100, 'x');
      for (int i = 0; !done; ++i) {
        const std::string own = std::to_string((i / 64 + t) % 4);
        auto& counter = counters.with(own);
        auto& histogram = histograms.with(own);
        for (int n = 0; n < 8; ++n) {
          counter.inc(1, {{"i", own}});
          histogram.observe(i % 3, {{"i", own}, {"id", i % 2 == 0 ? "" : long_id}});
          counter.inc();
          histogram.observe(i % 3);
        }
      }
    });
  }
  for (int i = 0; i < 300; ++i) {
    counters.remove(i % 4);
    histograms.remove(i % 4);
    clock.advance(300ms);
    for (const auto& family : registry.snapshot()) {
      for (const auto& metric : family.metrics) {
        for (const auto& exemplar : metric.exemplars) {
          ASSERT_FALSE(exemplar.labels.empty());
          if (exemplar.labels[0].name == "i") {
            ASSERT_EQ(exemplar.labels[0].value, metric.labels[0].value);
          }
        }
      }
    }
  }
  done = true;
  for (auto& thread : threads) thread.join();
}

// Of a histogram without buckets of its own.
struct ExemplarsByValue : ::testing::Test {
  ExemplarsByValue() { environment.clock = &clock; }
  ~ExemplarsByValue() override { pool.release(holder); }

  void record(double v) {
    pool.record(holder, detail::kSlotByValue, v, {{"x", "1"}}, false);
    clock.advance(1s);
  }
  std::vector<double> values() {
    std::vector<Exemplar> exemplars;
    pool.read(holder, exemplars);
    std::vector<double> all;
    for (const auto& exemplar : exemplars) all.push_back(exemplar.value);
    return all;
  }

  FakeClock clock;
  detail::Environment environment;
  detail::ExemplarPool pool{detail::kSlotsByValue, environment};
  detail::ExemplarHolder holder{pool.none()};
};

TEST_F(ExemplarsByValue, KeepTenThatLieFarApart) {
  for (int i = 0; i < 10; ++i) record(std::pow(10, i));

  record(1.5e3);
  EXPECT_THAT(values(), ::testing::UnorderedElementsAre(1, 10, 100, 1.5e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9));
  record(1);
  EXPECT_THAT(values(), ::testing::UnorderedElementsAre(1, 10, 100, 1.5e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9));
  record(-1);
  EXPECT_THAT(values(), ::testing::UnorderedElementsAre(-1, 1, 10, 100, 1.5e3, 1e5, 1e6, 1e7, 1e8, 1e9));
}

TEST_F(ExemplarsByValue, LetTheOldestGoAfterFiveMinutes) {
  for (int i = 0; i < 10; ++i) record(std::pow(10, i));
  clock.advance(5min);

  record(1e9);

  EXPECT_THAT(values(), ::testing::UnorderedElementsAre(10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e9));
}

TEST_F(ExemplarsByValue, OfTracesAreOnePerInterval) {
  environment.trace_source = {[](TraceContext& out, void*) noexcept {
                                std::fill_n(out.trace_id, 32, '1');
                                std::fill_n(out.span_id, 16, '2');
                                return true;
                              },
                              nullptr};
  environment.exemplar_interval = 1s;

  for (int i = 0; i < 10; ++i) {
    pool.offer(holder, detail::kSlotByValue, i);
    clock.advance(500ms);
  }

  EXPECT_THAT(values(), ::testing::UnorderedElementsAre(0, 2, 4, 6, 8));
}

TEST_F(ExemplarTest, OfANativeHistogramAreTenThatLieFarApart) {
  auto& histogram = registry.histogram("h", "H.", {"l"}, Native{}).with("x");
  const auto observe = [&](double v) {
    histogram.observe(v, {{"trace_id", "x"}});
    clock.advance(1s);
  };
  const auto shown = [&] {
    std::vector<double> values;
    for (const auto& exemplar : of("h")) values.push_back(exemplar.value);
    return values;
  };

  for (int i = 0; i < 10; ++i) observe(std::pow(10, i));
  EXPECT_THAT(shown(), ::testing::UnorderedElementsAre(1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9));
  observe(1.5e3);
  EXPECT_THAT(shown(), ::testing::UnorderedElementsAre(1, 10, 100, 1.5e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9));
  clock.advance(5min);
  observe(1e9);

  EXPECT_THAT(shown(), ::testing::UnorderedElementsAre(10, 100, 1.5e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e9));
  EXPECT_THAT(to_openmetrics(registry),
              HasSubstr("h_bucket{l=\"x\",le=\"+Inf\"} 12 # {trace_id=\"x\"} 1e+09 1000000311.0\n"));
  EXPECT_EQ(histogram.snapshot().count(), 12u);
}

TEST_F(ExemplarTest, OfANativeHistogramComeFromTheTraceOfTheThread) {
  auto& histogram = registry.histogram("h", "H.", Native{}, {.exemplars = true});
  for (int i = 0; i < 10; ++i) {
    histogram.observe(std::pow(10, i));
    clock.advance(500ms);
  }

  std::vector<double> values;
  for (const auto& exemplar : of("h")) {
    values.push_back(exemplar.value);
    EXPECT_EQ(exemplar.labels, (std::vector<Label>{{"trace_id", trace.trace_id}, {"span_id", trace.span_id}}));
  }
  EXPECT_THAT(values, ::testing::UnorderedElementsAre(1, 100, 1e4, 1e6, 1e8));
}

TEST_F(ExemplarTest, MayBeRecordedInSignalHandlers) {
  static Counter* counter;
  static Histogram* histogram;
  static std::atomic<int> handled;
  counter = &registry.counter("a_total", "A.");
  histogram = &registry.histogram("h", "H.", Buckets{1}, {.exemplars = true});
  handled = 0;
  struct sigaction action {};
  action.sa_handler = [](int) {
    counter->inc(1, {{"trace_id", "handler"}});
    histogram->observe(1);
    handled = handled + 1;
  };
  struct sigaction old {};
  sigaction(SIGALRM, &action, &old);
  itimerval every{{0, 200}, {0, 200}};
  setitimer(ITIMER_REAL, &every, nullptr);

  int made = 0;
  for (; handled < 200; ++made) {
    counter->inc(1, {{"trace_id", "main"}});
    histogram->observe(1);
    clock.advance(1s);
  }
  every = {};
  setitimer(ITIMER_REAL, &every, nullptr);
  sigaction(SIGALRM, &old, nullptr);

  EXPECT_EQ(counter->value(), made + handled);
  EXPECT_EQ(histogram->snapshot().count(), static_cast<std::uint64_t>(made + handled));
}

}  // namespace
}  // namespace vitals
