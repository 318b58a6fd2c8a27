#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::HasSubstr;
using vitals::testing::compare;
using vitals::testing::value;

enum class Mode { Starting, Serving, Draining };
std::string_view label_text(Mode mode) {
  constexpr std::string_view kTexts[] = {"starting", "serving", "draining"};
  return kTexts[static_cast<int>(mode)];
}

TEST(StateSet, HasOneStateAtATime) {
  Registry registry;
  auto& mode = registry.state_set("mode", "Mode.", {"starting", "serving", "draining"});
  mode.set("starting");

  mode.set("serving");

  EXPECT_FALSE(mode.is_enabled("starting"));
  EXPECT_TRUE(mode.is_enabled("serving"));
  EXPECT_EQ(compare(registry, R"(
    # HELP mode Mode.
    # TYPE mode gauge
    mode{mode="starting"} 0
    mode{mode="serving"} 1
    mode{mode="draining"} 0)"),
            "");
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("# TYPE mode stateset\n"));
}

TEST(StateSet, TakesEnumeratorsNamesAndPositions) {
  Registry registry;
  auto& mode = registry.state_set("mode", "Mode.", {Mode::Starting, Mode::Serving, Mode::Draining});

  mode.set(Mode::Serving);
  EXPECT_TRUE(mode.is_enabled("serving"));
  mode.set(2);
  EXPECT_TRUE(mode.is_enabled(Mode::Draining));
  EXPECT_FALSE(mode.is_enabled(1u));
  mode.set(0);
  EXPECT_TRUE(mode.is_enabled(std::string{"starting"}));
  EXPECT_EQ(&registry.state_set("mode", "Mode.", {"starting", "serving", "draining"}), &mode);
}

TEST(StateSet, StatesMayHoldTogether) {
  Registry registry;
  auto& family = registry.state_set("feature", "Features.", {"tenant"}, {"a", "b"});
  auto& features = family.with(7);

  features.enable("a");
  features.enable("b");
  features.disable("a");

  EXPECT_EQ(value(registry, "feature", {{"tenant", "7"}, {"feature", "a"}}), 0);
  EXPECT_EQ(value(registry, "feature", {{"tenant", "7"}, {"feature", "b"}}), 1);
}

TEST(StateSet, UnknownStatesChangeNothingAndCount) {
  Registry registry;
  register_library_metrics(registry);
  auto& mode = registry.state_set("mode", "Mode.", {"a"});
  mode.set("a");
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};

  mode.set("b");
  mode.set("");
  mode.set(static_cast<const char*>(nullptr));
  mode.enable(1);
  mode.disable(-1);

  EXPECT_TRUE(mode.is_enabled("a"));
  EXPECT_FALSE(mode.is_enabled("b"));
  EXPECT_EQ(dropped.value(), 5);
}

TEST(StateSet, RefusesNamesThatAreNotUtf8) {
  Registry registry;
  EXPECT_THROW(registry.state_set("mode", "Mode.", {"\xFF"}), std::invalid_argument);
}

TEST(StateSet, HasUpTo64States) {
  Registry registry;
  std::vector<std::string> names;
  for (int i = 0; i < 64; ++i) names.push_back(std::to_string(i));
  auto& states = registry.state_set("s", "S.", States{names});

  states.set("63");

  EXPECT_EQ(value(registry, "s", {{"s", "63"}}), 1);
  names.push_back("64");
  EXPECT_THROW(registry.state_set("t", "T.", States{names}), std::invalid_argument);
}

TEST(StateSet, RemovedOneIsHarmless) {
  Registry registry;
  auto& family = registry.state_set("s", "S.", {"l"}, {"a"});
  auto& stale = family.with("x");

  family.remove("x");
  stale.set("a");

  EXPECT_EQ(to_text(registry), "");
}

TEST(StateSet, ScrapeSeesOneMoment) {
  Registry registry;
  auto& mode = registry.state_set("mode", "Mode.", {"a", "b"});
  mode.set("a");
  std::atomic<bool> done{false};
  std::thread writer{[&] {
    for (int i = 0; !done; ++i) mode.set(i % 2);
  }};

  for (int i = 0; i < 500; ++i) {
    const auto snapshot = registry.snapshot();
    const auto& states = snapshot.at(0).metrics.at(0).states;
    ASSERT_NE(states[0].enabled, states[1].enabled);
  }
  done = true;
  writer.join();
}

}  // namespace
}  // namespace vitals
