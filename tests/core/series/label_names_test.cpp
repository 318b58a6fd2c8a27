#include <array>
#include <chrono>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/refusal.hpp"
#include "core/series/countdown.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::value;

static_assert(
    std::is_same_v<decltype(std::declval<Registry&>().counter("", "", LabelNames{"a"})), DynamicFamily<Counter>&>);
static_assert(std::is_trivially_destructible_v<DynamicFamily<Histogram>>);

TEST(LabelNames, OwnsTheTextsOfAnyRange) {
  std::vector<std::string> texts{"zone", "rack"};
  const std::array<std::string_view, 2> views{"zone", "rack"};
  const char* const pointers[] = {"zone", "rack"};

  for (const LabelNames& names : {LabelNames{texts}, LabelNames{views}, LabelNames{pointers},
                                  LabelNames{"zone", "rack"}, LabelNames{std::span{texts}}})
    EXPECT_THAT(names.names(), ::testing::ElementsAre("zone", "rack"));
  const LabelNames owner{texts};
  texts[0] = "changed";
  EXPECT_EQ(owner.names()[0], "zone");
  EXPECT_THAT(LabelNames{Countdown<std::string>{}}.names(), ::testing::ElementsAre("label_2", "label_1"));
  EXPECT_FALSE(LabelNames{}.is_any());
  EXPECT_TRUE(LabelNames::any().is_any());
  EXPECT_TRUE(LabelNames::any().names().empty());
}

TEST(DynamicFamily, RefusesDeclarationsAsFamilyDoes) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  const auto declare = [&](const LabelNames& names) {
    return refusal([&] { registry.counter("a_total", "A.", names); });
  };

  EXPECT_THAT(declare(LabelNames{"1x"}), HasSubstr("\"a_total\": label \"1x\": a label name must match"));
  EXPECT_THAT(declare(LabelNames{"le"}), HasSubstr("label \"le\": the name is reserved"));
  EXPECT_THAT(declare(LabelNames{"__x"}), HasSubstr("label \"__x\": names that start with \"__\""));
  EXPECT_THAT(declare(LabelNames{"x", "x"}), HasSubstr("label \"x\": declared twice"));
  EXPECT_THAT(declare(LabelNames{"zone"}), HasSubstr("label \"zone\": declared twice"));
  EXPECT_EQ(declare(LabelNames{"x"}), "nothing thrown");
}

TEST(DynamicFamily, IsOneMetricWithTheFamilyOfTheSameNames) {
  Registry registry;
  auto& dynamic = registry.counter("a_total", "A.", LabelNames{"x", "y"});
  auto& fixed = registry.counter("a_total", "A.", {"x", "y"});

  EXPECT_EQ(&fixed.with("1", "2"), &dynamic.with({{"y", "2"}, {"x", "1"}}));
  EXPECT_EQ(&fixed.with("", "2"), &dynamic.with({{"y", "2"}}));
  EXPECT_EQ(&registry.counter("a_total", "A.", LabelNames{"x", "y"}), &dynamic);
  EXPECT_EQ(&registry.counter("a_total", "A.", {"x", "y"}), &fixed);
  EXPECT_TRUE(fixed.remove("1", "2"));
  EXPECT_TRUE(dynamic.remove({{"y", "2"}}));
  EXPECT_EQ(fixed.size() + dynamic.size(), 0u);
}

// The first declaration says whether empty labels are shown.
TEST(DynamicFamily, SharedMetricShowsEmptyLabelsIfItWasFirstDeclaredInBraces) {
  Registry registry;
  registry.counter("a_total", "A.", {"x", "y"});
  registry.counter("a_total", "A.", LabelNames{"x", "y"}).with({{"y", "1"}});
  registry.counter("b_total", "B.", LabelNames{"x", "y"});
  registry.counter("b_total", "B.", {"x", "y"}).with("", "1");

  EXPECT_THAT(to_text(registry), AllOf(HasSubstr("a_total{x=\"\",y=\"1\"} 0\n"), HasSubstr("b_total{y=\"1\"} 0\n")));
}

TEST(DynamicFamily, OtherNamesOfTheSameMetricAreRefused) {
  Registry registry;
  registry.counter("a_total", "A.", LabelNames{"x", "y"});
  registry.counter("b_total", "B.", LabelNames::any());
  registry.counter("c_total", "C.");

  const std::string before = "vitals: metric \"a_total\": registered before with labels {x, y}, now with ";
  EXPECT_THAT(refusal([&] { registry.counter("a_total", "A.", LabelNames{"y", "x"}); }), HasSubstr(before + "{y, x}"));
  EXPECT_THAT(refusal([&] { registry.counter("a_total", "A.", {"y", "x"}); }), HasSubstr(before + "{y, x}"));
  EXPECT_THAT(refusal([&] { registry.counter("a_total", "A.", LabelNames::any()); }),
              HasSubstr(before + "LabelNames::any()"));
  EXPECT_THAT(refusal([&] { registry.counter("b_total", "B.", LabelNames{"x"}); }),
              HasSubstr("registered before with labels LabelNames::any(), now with {x}"));
  EXPECT_THAT(refusal([&] { registry.counter("b_total", "B."); }), HasSubstr("LabelNames::any(), now with {}"));
  EXPECT_THAT(refusal([&] { registry.counter("c_total", "C.", LabelNames::any()); }), HasSubstr("with labels {}, now"));
  EXPECT_THAT(refusal([&] { registry.gauge("a_total", "A.", LabelNames{"x", "y"}); }), HasSubstr("with type counter"));
}

TEST(DynamicFamily, NoNamesAreAMetricWithoutLabels) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{std::vector<std::string>{}}, {.expire_after = 1s});
  auto& counter = registry.counter("a_total", "A.");

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total 0\n");
  EXPECT_EQ(&family.with({}), &counter);
  EXPECT_FALSE(family.remove({}));
  EXPECT_EQ(family.clear(), 0u);
  EXPECT_EQ(&family.with({}), &counter);
  EXPECT_EQ(family.size(), 1u);
  EXPECT_THAT(refusal([&] { family.with({{"x", "1"}}); }), HasSubstr("label \"x\" was not declared"));
}

TEST(DynamicFamily, EveryTypeHasIt) {
  Registry registry;
  const LabelNames names{"x", "y"};
  registry.counter("a_total", "A.", names, {.max_series = 3}).with({{"x", "1"}}).inc(2);
  registry.gauge("b", "B.", names).with({{"x", "1"}}).set(2);
  registry.histogram("c", "C.", names).with({{"x", "1"}}).observe(0.1);
  registry.histogram("d", "D.", names, Buckets{1, 2}).with({{"x", "1"}}).observe(2);
  registry.histogram("e", "E.", names, Native{}).with({{"x", "1"}}).observe(2);
  registry.histogram("f", "F.", names, Buckets{1}, Native{}, {.exemplars = true}).with({{"x", "1"}}).observe(2);
  registry.summary("g", "G.", names, {.quantiles = {0.5}}).with({{"x", "1"}}).observe(2);
  registry.peak_gauge("h", "H.", names, {.window = 3s}).with({{"x", "1"}}).observe(2);
  registry.state_set("i", "I.", names, {"on", "off"}).with({{"x", "1"}}).set("on");
  registry.untyped("j", "J.", names).with({{"x", "1"}}).set(2);

  EXPECT_EQ(value(registry, "a_total", {{"x", "1"}}), 2);
  EXPECT_EQ(value(registry, "b", {{"x", "1"}}), 2);
  EXPECT_EQ(value(registry, "c_bucket", {{"x", "1"}, {"le", "0.1"}}), 1);
  EXPECT_EQ(value(registry, "d_bucket", {{"x", "1"}, {"le", "1"}}), 0);
  EXPECT_EQ(value(registry, "e_sum", {{"x", "1"}}), 2);
  EXPECT_EQ(value(registry, "f_bucket", {{"x", "1"}, {"le", "+Inf"}}), 1);
  EXPECT_NEAR(value(registry, "g", {{"x", "1"}, {"quantile", "0.5"}}).value_or(0), 2, 0.02);
  EXPECT_EQ(value(registry, "h", {{"x", "1"}}), 2);
  EXPECT_EQ(value(registry, "i", {{"x", "1"}, {"i", "on"}}), 1);
  EXPECT_EQ(value(registry, "j", {{"x", "1"}}), 2);
  EXPECT_THAT(to_text(registry), Not(HasSubstr("y=")));
}

TEST(DynamicFamily, CallbacksTakeIt) {
  Registry registry;
  bool is_wrong = false;
  const auto gauges = registry.gauge_callback("a", "A.", LabelNames{"x", "y"}, [&](DynamicSamples& out) {
    out.add(1, {{"y", 1}, {"x", 2}});
    out.add(2, std::map<std::string, std::string>{{"y", "2"}});
    if (is_wrong) out.add(3, {{"z", 3}});
  });
  const auto counters = registry.counter_callback("b", "B.", LabelNames::any(), [&](DynamicSamples& out) {
    out.add(1, {{"y", 1}, {"x", 2}, {"z", ""}});
    out.add(2, {{"z", 2}});
  });

  EXPECT_THAT(to_text(registry), AllOf(HasSubstr("a{x=\"2\",y=\"1\"} 1\na{y=\"2\"} 2\n"),
                                       HasSubstr("b_total{x=\"2\",y=\"1\"} 1\nb_total{z=\"2\"} 2\n")));
  is_wrong = true;
  EXPECT_THAT(to_text(registry), AllOf(Not(HasSubstr("a{")), HasSubstr("b_total{z=")));
  EXPECT_THAT(refusal([&] { (void)registry.gauge_callback("c", "C.", LabelNames{"le"}, [](DynamicSamples&) {}); }),
              HasSubstr("label \"le\""));
}

}  // namespace
}  // namespace vitals
