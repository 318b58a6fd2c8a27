#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <latch>
#include <limits>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

#include "core/refusal.hpp"

namespace vitals {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct RegistryTest : testing::Test {
  Registry registry;
};

// What several threads get that declare the same at once; what one of them throws fails the test.
template <class Declare>
void expect_one_object(Declare declare) {
  constexpr int kRounds = 50;
  for (int round = 0; round < kRounds; ++round) {
    Registry registry;
    std::array<const void*, 4> got{};
    std::latch start{got.size()};
    std::vector<std::thread> threads;
    for (const void*& object : got) {
      threads.emplace_back([&] {
        start.arrive_and_wait();
        try {
          object = &declare(registry);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
      });
    }
    for (auto& thread : threads) thread.join();
    for (const void* object : got) ASSERT_EQ(object, got[0]);
  }
}

TEST(Registration, SameDeclarationAtOnceGivesOneObjectToAll) {
  const PeakOptions peak{std::chrono::seconds{1}};
  expect_one_object([](Registry & r) -> auto& { return r.counter("a", "A."); });
  expect_one_object([](Registry & r) -> auto& { return r.gauge("a", "A."); });
  expect_one_object([](Registry & r) -> auto& { return r.untyped("a", "A."); });
  expect_one_object([](Registry & r) -> auto& { return r.histogram("a", "A."); });
  expect_one_object([](Registry & r) -> auto& { return r.histogram("a", "A.", Buckets{1}, Native{}); });
  expect_one_object([](Registry & r) -> auto& { return r.summary("a", "A."); });
  expect_one_object([&](Registry & r) -> auto& { return r.peak_gauge("a", "A.", peak); });
  expect_one_object([](Registry & r) -> auto& { return r.state_set("a", "A.", {"b", "c"}); });
  expect_one_object([](Registry & r) -> auto& { return r.info("a", "A.", {{"b", "c"}}); });
  expect_one_object([](Registry & r) -> auto& {
    register_build_info(r, {.version = "1"});
    return r;
  });
  expect_one_object([](Registry & r) -> auto& {
    register_process_metrics(r);
    register_allocator_metrics(r);
    register_library_metrics(r);
    return r;
  });
}

TEST(Registration, SameFamilyAtOnceGivesOneObjectToAll) {
  expect_one_object([](Registry & r) -> auto& { return r.counter("a", "A.", {"x", "y"}); });
  expect_one_object([](Registry & r) -> auto& { return r.counter("a", "A.", {"x", "y"}).with(1, 2); });
  expect_one_object([](Registry & r) -> auto& { return r.gauge("a", "A.", {"x"}); });
  expect_one_object([](Registry & r) -> auto& { return r.untyped("a", "A.", {"x"}); });
  expect_one_object([](Registry & r) -> auto& { return r.histogram("a", "A.", {"x"}, Native{}); });
  expect_one_object([](Registry & r) -> auto& { return r.summary("a", "A.", {"x"}); });
  expect_one_object([](Registry & r) -> auto& { return r.peak_gauge("a", "A.", {"x"}); });
  expect_one_object([](Registry & r) -> auto& { return r.state_set("a", "A.", {"x"}, {"b", "c"}); });
}

TEST_F(RegistryTest, SameDeclarationGivesTheSameMetric) {
  EXPECT_EQ(&registry.counter("a_total", "A."), &registry.counter("a_total", "A."));
  EXPECT_EQ(&registry.gauge("b", "B."), &registry.gauge("b", "B."));
  EXPECT_EQ(&registry.histogram("c", "C.", Buckets{1}), &registry.histogram("c", "C.", Buckets{1}));
  EXPECT_EQ(&registry.counter("d_total", "D.", {"x"}), &registry.counter("d_total", "D.", {"x"}));
}

TEST_F(RegistryTest, RefusesAnotherDeclarationOfAName) {
  registry.counter("a_total", "A.", {"x", "y"});
  registry.histogram("h", "H.", Buckets{1, 2});

  EXPECT_THAT(refusal([&] { registry.gauge("a_total", "A."); }),
              AllOf(HasSubstr("\"a_total\""),
                    HasSubstr("registered before with type counter, now with gauge; use the same declaration")));
  EXPECT_THAT(refusal([&] { registry.counter("a_total", "A."); }), HasSubstr("labels {x, y}, now with {}"));
  EXPECT_THAT(refusal([&] {
                registry.counter("a_total", "A.", {"y", "x"});
              }),
              HasSubstr("labels {x, y}, now with {y, x}"));
  EXPECT_THAT(refusal([&] {
                registry.counter("a_total", "B.", {"x", "y"});
              }),
              HasSubstr("help text \"A.\", now with \"B.\""));
  EXPECT_THAT(refusal([&] {
                registry.histogram("h", "H.", Buckets{1, 3});
              }),
              HasSubstr("bucket bounds {1, 2}, now with {1, 3}"));
}

TEST_F(RegistryTest, NamesWhatTheShapeOfAnotherDeclarationDiffersIn) {
  registry.histogram("h", "", Buckets{1}, Native{});
  registry.summary("s", "", {.quantiles = {0.5}, .window = std::chrono::seconds{60}});
  registry.state_set("m", "", {"a", "b"});
  registry.peak_gauge("p", "", {.window = std::chrono::seconds{1}});
  registry.gauge("g", "");

  const auto expect = [](const std::string& difference, const std::function<void()>& work) {
    EXPECT_THAT(refusal(work), HasSubstr("registered before with " + difference + "; use the same declaration"));
  };
  expect("native buckets {1.1, 2.938735877055719e-39, 160, 0}, now with none",
         [&] { registry.histogram("h", "", Buckets{2}); });
  expect("native buckets {1.1, 2.938735877055719e-39, 160, 0}, now with {2, 2.938735877055719e-39, 160, 0}",
         [&] { registry.histogram("h", "", Buckets{1}, Native{.factor = 2}); });
  expect("bucket bounds {1}, now with {}", [&] { registry.histogram("h", "", Native{}); });
  expect("quantiles {0.5}, now with {0.9}",
         [&] { registry.summary("s", "", {.quantiles = {0.9}, .window = std::chrono::seconds{30}}); });
  expect("window 60 s in 6 slices, now with 30 s in 3 slices",
         [&] { registry.summary("s", "", {.quantiles = {0.5}, .window = std::chrono::seconds{30}, .slices = 3}); });
  expect("states {a, b}, now with {b, a}", [&] { registry.state_set("m", "", {"b", "a"}); });
  expect("peak window 1000000000 ns, now with 2000000000 ns",
         [&] { registry.peak_gauge("p", "", {.window = std::chrono::seconds{2}}); });
  expect("peak window 1000000000 ns, now with none", [&] { registry.gauge("p", ""); });
  expect("peak window none, now with 1000000000 ns",
         [&] { registry.peak_gauge("g", "", {.window = std::chrono::seconds{1}}); });
  expect("type gauge, now with untyped", [&] { registry.untyped("g", ""); });
}

TEST_F(RegistryTest, RefusesBadMetricNamesAndProposesGoodOnes) {
  EXPECT_THAT(refusal([&] { registry.counter("", "A."); }), HasSubstr("use \"_\""));
  EXPECT_THAT(refusal([&] { registry.counter("9a", "A."); }), HasSubstr("use \"_9a\""));
  EXPECT_THAT(refusal([&] { registry.counter("a-b.c", "A."); }), HasSubstr("use \"a_b_c\""));
  EXPECT_THAT(refusal([&] { registry.counter("caf\xC3\xA9", "A."); }), HasSubstr("[a-zA-Z_:][a-zA-Z0-9_:]*"));
  EXPECT_NO_THROW(registry.counter("_a:b_9", "A."));
}

TEST_F(RegistryTest, RefusesBadLabelNames) {
  EXPECT_THAT(refusal([&] { registry.gauge("a", "A.", {"x", "9"}); }), AllOf(HasSubstr("\"a\""), HasSubstr("\"9\"")));
  EXPECT_THAT(refusal([&] { registry.counter("a", "A.", {"a:b"}); }), HasSubstr("use \"a_b\""));
  EXPECT_THAT(refusal([&] { registry.counter("a", "A.", {"__x"}); }), HasSubstr("reserved"));
  EXPECT_THAT(refusal([&] { registry.counter("a", "A.", {"x", "x"}); }), HasSubstr("declared twice"));
  EXPECT_THAT(refusal([&] { registry.histogram("a", "A.", {"le"}); }), HasSubstr("reserved"));
  EXPECT_THAT(refusal([&] { registry.counter("a", "A.", {"le"}); }), HasSubstr("the buckets of histograms"));
  EXPECT_THAT(refusal([&] { registry.gauge("a", "A.", {"quantile"}); }), HasSubstr("the quantiles of summaries"));
}

TEST_F(RegistryTest, RefusesBadBounds) {
  const auto with = [&](std::vector<double> bounds) {
    return refusal([&] { registry.histogram("h", "H.", Buckets{std::move(bounds)}); });
  };

  EXPECT_THAT(with({}), HasSubstr("at least one"));
  EXPECT_THAT(with({1, 1}), HasSubstr("bucket bound 1 after 1"));
  EXPECT_THAT(with({2, 0.5}), HasSubstr("bucket bound 0.5 after 2"));
  EXPECT_THAT(with({1, std::nan("")}), HasSubstr("not a number"));
  EXPECT_THAT(with({1, std::numeric_limits<double>::infinity()}), HasSubstr("+Inf is added"));
  EXPECT_THAT(with(std::vector<double>(10'001)), HasSubstr("at most 10000"));
}

TEST_F(RegistryTest, TakesTenThousandBounds) {
  auto& histogram = registry.histogram("h", "H.", Buckets::linear(0, 1, 10'000));

  histogram.observe(9'999);
  histogram.observe(10'000);

  EXPECT_EQ(histogram.snapshot().counts()[9'999], 1u);
  EXPECT_EQ(histogram.snapshot().counts()[10'000], 1u);
}

TEST_F(RegistryTest, RefusesNamesWhoseLinesWouldClash) {
  registry.histogram("a", "A.", Buckets{1});
  registry.counter("b_count", "B.");

  EXPECT_THAT(refusal([&] { registry.counter("a_count", "A."); }), AllOf(HasSubstr("\"a_count\""), HasSubstr("\"a\"")));
  EXPECT_THAT(refusal([&] { registry.gauge("a_bucket", "A."); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.histogram("b", "B.", Buckets{1}); }),
              AllOf(HasSubstr("\"b_count\""), HasSubstr("rename")));
}

TEST_F(RegistryTest, RefusedRegistrationLeavesNothingBehind) {
  EXPECT_THROW(registry.counter("a", "A.", {"x", "x"}), std::invalid_argument);

  EXPECT_NO_THROW(registry.histogram("a", "A.", Buckets{1}));
}

TEST_F(RegistryTest, RefusesEmptyCallbacks) {
  EXPECT_THAT(refusal([&] { (void)registry.gauge_callback("a", "A.", nullptr); }), HasSubstr("\"a\""));
  EXPECT_THAT(refusal([&] { (void)registry.add_collector(nullptr); }), HasSubstr("empty"));
}

TEST_F(RegistryTest, TokenEndsInAForkedChildWhileTheParentIsInItsCallback) {
  std::latch called{1};
  std::latch go_on{1};
  auto token = registry.gauge_callback("a", "A.", [&] {
    called.count_down();
    go_on.wait();
    return 1.0;
  });
  std::jthread scraper{[&] { (void)to_text(registry); }};
  called.wait();

  const pid_t child = fork();
  if (child == 0) {
    alarm(10);
    { const CollectorToken ended = std::move(token); }
    _exit(0);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  go_on.count_down();

  EXPECT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
}

TEST_F(RegistryTest, SnapshotHasEveryTypeByName) {
  registry.histogram("c", "C.", {"l"}, Buckets{1}).with("x").observe(0.5);
  registry.gauge("b", "B.").set(2);
  registry.counter("a_total", "A.", {"x", "y"}).with("1", "2").inc(3);
  registry.info("build", "Build.", {{"version", "1.0"}});

  const auto families = registry.snapshot();

  ASSERT_EQ(families.size(), 4u);
  EXPECT_EQ(families[0].name, "a_total");
  EXPECT_EQ(families[0].type, MetricType::Counter);
  EXPECT_EQ(families[0].metrics[0].labels[1].name, "y");
  EXPECT_EQ(families[0].metrics[0].labels[1].value, "2");
  EXPECT_EQ(families[0].metrics[0].value, 3);
  EXPECT_EQ(families[1].metrics[0].value, 2);
  EXPECT_EQ(families[2].name, "build_info");
  EXPECT_EQ(families[3].metrics[0].count, 1u);
  EXPECT_EQ(families[3].metrics[0].sum, 0.5);
  ASSERT_EQ(families[3].metrics[0].buckets.size(), 2u);
  EXPECT_EQ(families[3].metrics[0].buckets[0].cumulative_count, 1u);
}

TEST_F(RegistryTest, LeavesOutWhatACollectorMayNotGive) {
  register_library_metrics(registry);
  registry.counter("own_total", "Own.").inc();
  registry.histogram("own_seconds", "Own.", Buckets{1});
  auto token = registry.add_collector([](std::vector<FamilySnapshot>& out) {
    out.push_back({"ok", "Ok.", MetricType::Gauge, {{.labels = {{"x", "\xFF"}}, .value = 1}}});
    out.push_back({"ok", "Again.", MetricType::Gauge, {{.value = 2}}});
    out.push_back({"own_total", "Clash.", MetricType::Counter, {{.value = 2}}});
    out.push_back({"bad name", "Bad.", MetricType::Gauge, {{.value = 2}}});
    out.push_back({"bad_label", "Bad.", MetricType::Gauge, {{.labels = {{"9", "x"}}, .value = 2}}});
    out.push_back({"empty", "Empty.", MetricType::Gauge, {}});
    out.push_back({"own_seconds_count", "Clash of lines.", MetricType::Gauge, {{.value = 2}}});
    out.push_back({"twice",
                   "Twice.",
                   MetricType::Gauge,
                   {{.labels = {{"x", "\xFF"}}, .value = 2}, {.labels = {{"x", "\xFE"}}, .value = 2}}});
  });

  (void)to_text(registry);
  const std::string text = to_text(registry);

  EXPECT_THAT(text, HasSubstr("ok{x=\"\xEF\xBF\xBD\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("own_total 1\n"));
  EXPECT_THAT(text, testing::Not(HasSubstr(" 2\n")));
  EXPECT_THAT(text, testing::Not(HasSubstr("bad")));
  EXPECT_THAT(text, testing::Not(HasSubstr("empty")));
  EXPECT_THAT(text, HasSubstr("vitals_collector_errors_total 6\n"));
}

TEST(RegistryErrors, TellWhatAScrapeLeftOutAndWhy) {
  std::vector<std::string> errors;
  Registry registry{{.on_collector_error = [&](std::string_view message) {
    errors.emplace_back(message);
    throw std::runtime_error{"ignored"};
  }}};
  registry.counter("own_total", "Own.");
  const auto callback = registry.gauge_callback("a", "A.", []() -> double { throw std::runtime_error{"no pool"}; });
  const auto fell = registry.counter_callback("b_total", "B.", [] { return -1.0; });
  registry.keep_collector([](auto&) { throw 1; });
  registry.keep_collector([](std::vector<FamilySnapshot>& out) {
    out.push_back({"own_total", "Clash.", MetricType::Counter, {{.value = 2}}});
    out.push_back({"bad name", "Bad.", MetricType::Gauge, {{.value = 2}}});
    out.push_back({"c", "C.", MetricType::Gauge, {{.labels = {{"__x", "1"}}}}});
    out.push_back({"d", "D.", MetricType::Gauge, {{.value = 1}, {.value = 2}}});
    out.push_back({"e", "E.", MetricType::Summary, {{.quantiles = {{2, 1}}}}});
    out.push_back({"f", "F.", MetricType::Gauge, {{.value = 1}}, "bytes"});
  });

  const std::string text = to_text(registry);

  EXPECT_THAT(errors,
              testing::UnorderedElementsAre(AllOf(HasSubstr("metric \"a\""), HasSubstr("no pool")),
                                            AllOf(HasSubstr("metric \"b_total\""), HasSubstr("negative")),
                                            HasSubstr("a collector threw \"something that is no std::exception\""),
                                            AllOf(HasSubstr("metric \"own_total\""), HasSubstr("clash")),
                                            AllOf(HasSubstr("metric \"bad name\""), HasSubstr("rename it")),
                                            AllOf(HasSubstr("metric \"c\""), HasSubstr("rename the label")),
                                            AllOf(HasSubstr("metric \"d\""), HasSubstr("same labels")),
                                            AllOf(HasSubstr("metric \"e\""), HasSubstr("quantiles")),
                                            AllOf(HasSubstr("metric \"f\""), HasSubstr("unit"))));
  EXPECT_EQ(text, "# HELP f F.\n# TYPE f gauge\nf 1\n# HELP own_total Own.\n# TYPE own_total counter\nown_total 0\n");
}

// Each holds its own callback while it asks for the other's.
TEST(RegistryCallbacks, MayScrapeTheirRegistryAndDontWaitForEachOther) {
  Registry registry;
  std::atomic<int> depth{0};
  const auto scrape = [&] {
    if (depth.fetch_add(1) < 100'000) (void)to_text(registry);
    return 1.0;
  };
  const auto one = registry.gauge_callback("one", "One.", scrape);
  const auto two = registry.gauge_callback("two", "Two.", scrape);

  std::vector<std::thread> scrapers;
  for (int t = 0; t < 2; ++t) {
    scrapers.emplace_back([&] {
      for (int i = 0; i < 2'000; ++i) (void)to_text(registry);
    });
  }
  for (auto& thread : scrapers) thread.join();

  EXPECT_EQ(to_text(registry), "# HELP one One.\n# TYPE one gauge\none 1\n# HELP two Two.\n# TYPE two gauge\ntwo 1\n");
}

}  // namespace
}  // namespace vitals
