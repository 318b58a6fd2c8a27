#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

// Its text would be gone before it is read.
enum class Passing { A };
[[maybe_unused]] std::string label_text(Passing) { return "a"; }
static_assert(!detail::LabelValue<Passing>);

using testing::AllOf;
using testing::HasSubstr;

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

TEST(Family, EmptyViewIsAnEmptyValue) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", {"x"});

  EXPECT_EQ(&family.with(std::string_view{}), &family.with(""));
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
