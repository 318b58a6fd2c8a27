#include <cmath>
#include <stdexcept>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::HasSubstr;
using vitals::testing::value;

struct CallbackTest : ::testing::Test {
  CallbackTest() { register_library_metrics(registry); }

  // The errors of one scrape.
  double errors() {
    (void)to_text(registry);
    const double before = value(registry, "vitals_collector_errors_total").value();
    return value(registry, "vitals_collector_errors_total").value() - before;
  }

  Registry registry;
};

TEST_F(CallbackTest, CounterThatFallsIsLeftOutOnce) {
  double count = 5;
  auto token = registry.counter_callback("a", "A.", [&] { return count; });
  EXPECT_EQ(value(registry, "a_total"), 5);

  count = 3;
  EXPECT_EQ(value(registry, "a_total"), std::nullopt);
  EXPECT_EQ(value(registry, "vitals_collector_errors_total"), 1);
  EXPECT_EQ(value(registry, "a_total"), 3);
  EXPECT_EQ(errors(), 0);
}

TEST_F(CallbackTest, CounterThatIsNoneIsLeftOut) {
  double count = -1;
  auto token = registry.counter_callback("a_total", "A.", [&] { return count; });
  EXPECT_EQ(value(registry, "a_total"), std::nullopt);
  EXPECT_EQ(errors(), 1);

  count = std::nan("");
  EXPECT_EQ(value(registry, "a_total"), std::nullopt);
  EXPECT_EQ(errors(), 1);

  count = 0;
  EXPECT_EQ(value(registry, "a_total"), 0);
}

TEST_F(CallbackTest, GivesSeriesWithLabels) {
  auto token = registry.gauge_callback("queue_length", "Q.", {"queue", "priority"}, [](auto& out) {
    out.add(3, "mail", 1);
    out.add(-0.5, std::string{"sms"}, true);
  });

  EXPECT_EQ(value(registry, "queue_length", {{"queue", "mail"}, {"priority", "1"}}), 3);
  EXPECT_EQ(value(registry, "queue_length", {{"queue", "sms"}, {"priority", "true"}}), -0.5);
}

TEST_F(CallbackTest, CountersWithLabelsAreChecked) {
  double first = 1;
  bool second = true;
  auto token = registry.counter_callback("a", "A.", {"x"}, [&](Samples<1>& out) {
    out.add(first, "1");
    if (second) out.add(2, "2");
  });
  EXPECT_EQ(value(registry, "a_total", {{"x", "2"}}), 2);

  second = false;
  EXPECT_EQ(errors(), 0);
  first = 0.5;
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), std::nullopt);
  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), 0.5);
}

TEST_F(CallbackTest, SeriesThatRepeatCostTheirFamily) {
  auto token = registry.gauge_callback("a", "A.", {"x"}, [](auto& out) {
    out.add(1, "1");
    out.add(2, 1);
  });

  EXPECT_EQ(value(registry, "a", {{"x", "1"}}), std::nullopt);
  EXPECT_EQ(errors(), 1);
}

TEST_F(CallbackTest, RefusesLabelsThatCanNotBe) {
  Registry zoned{{.labels = {{"zone", "a"}}}};
  const auto none = [](auto&) {};

  EXPECT_THROW((void)zoned.gauge_callback("a", "A.", {"zone"}, none), std::invalid_argument);
  EXPECT_THROW((void)zoned.gauge_callback("a", "A.", {"9"}, none), std::invalid_argument);
  EXPECT_THROW((void)zoned.gauge_callback("a", "A.", {"x"}, nullptr), std::invalid_argument);
  EXPECT_NO_THROW((void)zoned.gauge_callback("a", "A.", {"x"}, none));
}

TEST_F(CallbackTest, TokenEndsACallbackWithLabels) {
  {
    auto token = registry.gauge_callback("a", "A.", {"x"}, [](auto& out) { out.add(1, "1"); });
    EXPECT_EQ(value(registry, "a", {{"x", "1"}}), 1);
  }

  EXPECT_EQ(value(registry, "a", {{"x", "1"}}), std::nullopt);
  EXPECT_NO_THROW(registry.gauge("a", "A."));
}

TEST(Info, MayBeReplaced) {
  Registry registry;
  Info& info = registry.info("build", "Build.", {{"version", "1.0"}});
  EXPECT_EQ(value(registry, "build_info", {{"version", "1.0"}}), 1);

  info.set({{"version", "2.0"}, {"commit", "a"}});

  EXPECT_EQ(value(registry, "build_info", {{"version", "1.0"}}), std::nullopt);
  EXPECT_EQ(value(registry, "build_info", {{"version", "2.0"}, {"commit", "a"}}), 1);
  EXPECT_EQ(info.labels().size(), 2u);
}

TEST(Info, RefusesBadLabelsAndKeepsWhatItHas) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  Info& info = registry.info("build", "Build.", {{"version", "1.0"}});

  EXPECT_THROW(info.set({{"zone", "b"}}), std::invalid_argument);
  EXPECT_THROW(info.set({{"a b", "b"}}), std::invalid_argument);
  EXPECT_THROW(info.set({{"a", "1"}, {"a", "2"}}), std::invalid_argument);
  EXPECT_THROW(registry.info("build", "Build.", {}), std::invalid_argument);
  EXPECT_EQ(&registry.info("build", "Build.", {{"version", "1.0"}}), &info);

  EXPECT_EQ(value(registry, "build_info", {{"version", "1.0"}}), 1);
}

TEST(Untyped, IsAGaugeOfNoType) {
  Registry registry;
  registry.untyped("a", "A.").set(2);
  registry.untyped("b", "B.", {"x"}).with(1).add(0.5);

  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a untyped\na 2\n# HELP b B.\n# TYPE b untyped\nb{x=\"1\"} 0.5\n");
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("# TYPE a unknown\n"));
  EXPECT_THROW(registry.gauge("a", "A."), std::invalid_argument);
}

TEST(CountExceptions, CountsOnlyWhatIsLeftByOne) {
  Registry registry;
  auto& errors = registry.counter("errors_total", "Errors.");
  auto& took = registry.histogram("took_seconds", "Took.", Buckets{1});
  const auto work = [&](bool fails) {
    auto failed = errors.count_exceptions();
    auto timer = took.time();
    if (fails) throw std::runtime_error{"no"};
    return 7;
  };

  EXPECT_EQ(work(false), 7);
  EXPECT_THROW(work(true), std::runtime_error);
  EXPECT_EQ(errors.value(), 1);
  EXPECT_EQ(took.snapshot().count(), 2u);

  EXPECT_EQ(count_exceptions(errors, [&] { return work(false); }), 7);
  EXPECT_THROW(count_exceptions(errors, [] { throw 1; }), int);
  EXPECT_EQ(errors.value(), 2);
}

// Something that is used while an exception passes, in a destructor, is not left by it.
TEST(CountExceptions, LooksOnlyAtNewExceptions) {
  Registry registry;
  auto& errors = registry.counter("errors_total", "Errors.");
  struct Cleanup {
    Counter& errors;
    ~Cleanup() { auto count = errors.count_exceptions(); }
  };

  EXPECT_THROW(
      {
        Cleanup cleanup{errors};
        throw 1;
      },
      int);

  EXPECT_EQ(errors.value(), 0);
}

TEST(Callback, DeclaredTwiceSaysWhatToKeep) {
  Registry registry;
  auto token = registry.gauge_callback("a", "A.", [] { return 1.0; });

  std::string message;
  try {
    const auto again = registry.gauge_callback("a", "A.", [] { return 2.0; });
  } catch (const std::invalid_argument& error) {
    message = error.what();
  }

  EXPECT_THAT(message,
              ::testing::HasSubstr("vitals: metric \"a\": a callback of that name is registered; keep the token"));
  EXPECT_THAT(to_text(registry), ::testing::HasSubstr("a 1\n"));
  { const auto ended = std::move(token); }
  EXPECT_NO_THROW((void)registry.gauge_callback("a", "A.", [] { return 2.0; }));
}

}  // namespace
}  // namespace vitals
