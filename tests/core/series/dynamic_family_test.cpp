#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/vitals.hpp>

#include "core/refusal.hpp"
#include "core/series/countdown.hpp"

namespace vitals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

enum class Method { Get, Post };
std::string_view label_text(Method method) { return method == Method::Get ? "GET" : "POST"; }

static_assert(detail::LabelRange<Countdown<std::pair<std::string_view, int>>>);
// Its names would be gone before they are read.
static_assert(!detail::LabelRange<Countdown<std::pair<std::string, int>>>);

TEST(DynamicFamily, FindsTheSameSeriesInAnyOrder) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{"zone", "rack", "long_name_of_a_label"});
  auto& made = family.with({{"zone", "a"}, {"rack", "7"}, {"long_name_of_a_label", "x"}});
  made.inc();

  EXPECT_EQ(&family.with({{"rack", "7"}, {"long_name_of_a_label", "x"}, {"zone", "a"}}), &made);
  EXPECT_EQ(&family.with({{"long_name_of_a_label", "x"}, {"rack", "7"}, {"zone", "a"}}), &made);
  EXPECT_NE(&family.with({{"rack", "a"}, {"zone", "7"}, {"long_name_of_a_label", "x"}}), &made);
  EXPECT_THAT(to_text(registry), HasSubstr("a_total{zone=\"a\",rack=\"7\",long_name_of_a_label=\"x\"} 1\n"));
}

// Few labels have code of their own, one for each number of them.
TEST(DynamicFamily, EachNumberOfLabelsWorksInEveryOrder) {
  const std::vector<std::string> texts{"a", "bc", "zone", "longer_name", "label_of_16_byte", "f", "label_of_15_byt"};
  for (std::size_t n = 1; n <= texts.size(); ++n) {
    Registry registry;
    const std::vector<std::string> names(texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(n));
    auto& family = registry.counter("a_total", "A.", LabelNames{names});
    std::vector<std::pair<std::string, std::string>> labels;
    for (const std::string& name : names) labels.emplace_back(name, "value of " + name);
    Counter& made = family.with(labels);

    std::sort(labels.begin(), labels.end());
    do {
      ASSERT_EQ(&family.with(labels), &made) << n;
    } while (n <= 4 && std::next_permutation(labels.begin(), labels.end()));
    std::reverse(labels.begin(), labels.end());
    ASSERT_EQ(&family.with(labels), &made) << n;
    labels.back().first = n == 1 ? "b" : labels.front().first;
    EXPECT_THAT(refusal([&] { family.with(labels); }), HasSubstr(n == 1 ? "was not declared" : "is given twice")) << n;
    labels.back().first = "label_of_16_bytf";
    EXPECT_THAT(refusal([&] { family.with(labels); }), HasSubstr("label \"label_of_16_bytf\" was not declared")) << n;
    EXPECT_EQ(family.size(), 1U);
  }
}

TEST(DynamicFamily, TakesMapsSpansAndStructsOfAnyTexts) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{"x", "y"});
  auto& made = family.with({{"x", "1"}, {"y", "2"}});
  const std::vector<std::pair<std::string, const char*>> pairs{{"y", "2"}, {"x", "1"}};
  const std::map<std::string_view, int> numbers{{"y", 2}, {"x", 1}};

  EXPECT_EQ(&family.with(pairs), &made);
  EXPECT_EQ(&family.with(std::span{pairs}), &made);
  EXPECT_EQ(&family.with(numbers), &made);
  EXPECT_EQ(&family.with(Countdown<std::pair<std::string_view, int>>{}), &made);
  EXPECT_EQ(&family.with(std::map<std::string, std::string>{{"x", "1"}, {"y", "2"}}), &made);
  EXPECT_EQ(&family.with(std::unordered_map<std::string, std::string_view>{{"x", "1"}, {"y", "2"}}), &made);
  EXPECT_EQ(&family.with(std::vector<Label>{{"x", "1"}, {"y", "2"}}), &made);
  EXPECT_EQ(&family.with(std::array<LabelPair, 2>{{{"x", "1"}, {"y", "2"}}}), &made);
}

TEST(DynamicFamily, TakesTheValuesThatFamilyTakes) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{"method", "status", "hit"});
  auto& fixed = registry.counter("a_total", "A.", {"method", "status", "hit"});
  const std::string status = "200";
  const char* none = nullptr;

  EXPECT_EQ(&family.with({{"method", Method::Post}, {"status", 200}, {"hit", true}}),
            &fixed.with("POST", status, "true"));
  EXPECT_EQ(&family.with({{"hit", none}, {"status", status}, {"method", std::string_view{}}}),
            &fixed.with("", 200, ""));
}

TEST(DynamicFamily, ShowsNoEmptyLabels) {
  Registry registry;
  auto& family = registry.gauge("a", "A.", LabelNames{"x", "y", "z"});
  family.with({{"y", "1"}}).set(1);
  family.with({{"z", "2"}, {"x", ""}}).set(2);
  family.with({}).set(3);

  EXPECT_EQ(&family.with({{"x", ""}, {"z", "2"}}), &family.with({{"z", "2"}}));
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{y=\"1\"} 1\na{z=\"2\"} 2\na 3\n");
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a{y=\"1\"} 1.0\na{z=\"2\"} 2.0\na 3.0\n"));
  const auto snapshot = registry.snapshot();
  ASSERT_EQ(snapshot[0].metrics.size(), 3u);
  EXPECT_EQ(snapshot[0].metrics[1].labels, (std::vector<Label>{{"z", "2"}}));
  EXPECT_TRUE(snapshot[0].metrics[2].labels.empty());
}

TEST(DynamicFamily, RefusesLabelsThatWereNotDeclaredOrAreGivenTwice) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{"zone", "rack"});

  const std::string unknown =
      "vitals: metric \"a_total\": label \"shelf\" was not declared; use one of {zone, rack}, or declare the metric "
      "with LabelNames::any()";
  EXPECT_EQ(refusal([&] { family.with({{"zone", "a"}, {"shelf", "1"}}); }), unknown);
  EXPECT_EQ(refusal([&] { family.remove({{"shelf", ""}}); }), unknown);
  EXPECT_EQ(refusal([&] { (void)family.scoped({{"shelf", "1"}}); }), unknown);
  EXPECT_EQ(refusal([&] {
              family.with({{"rack", "1"}, {"zone", "a"}, {"rack", ""}});
            }),
            "vitals: metric \"a_total\": label \"rack\" is given twice; leave one of them out");
  EXPECT_EQ(refusal([&] {
              family.with({{"rack", ""}, {"rack", "1"}});
            }),
            "vitals: metric \"a_total\": label \"rack\" is given twice; leave one of them out");
  EXPECT_THAT(refusal([&] { family.remove_matching({{"shelf", "1"}}); }), HasSubstr("label \"shelf\""));
  EXPECT_THAT(refusal([&] { family.with({{"\xFF", "1"}}); }), HasSubstr("label \"\xEF\xBF\xBD\" was not declared"));
  EXPECT_EQ(family.size(), 0u);
}

TEST(DynamicFamily, SixtyFourLabelsAndMoreWork) {
  for (const std::size_t n : {8u, 9u, 32u, 33u, 64u, 65u, 200u}) {
    Registry registry;
    std::vector<std::string> names;
    std::vector<std::pair<std::string, std::string>> labels;
    for (std::size_t i = 0; i < n; ++i) {
      names.push_back("label_" + std::to_string(i));
      labels.emplace_back(names.back(), std::string(i % 40, 'v'));
    }
    auto& family = registry.counter("a_total", "A.", LabelNames{names});
    auto& open = registry.counter("b_total", "B.", LabelNames::any());
    auto& one = family.with(labels);
    auto& other = open.with(labels);

    std::shuffle(labels.begin(), labels.end(), std::mt19937{1});

    EXPECT_EQ(&family.with(labels), &one) << n;
    EXPECT_EQ(&open.with(labels), &other) << n;
    EXPECT_THAT(to_text(registry), HasSubstr("label_6=\"vvvvvv\",label_7=\"vvvvvvv\""));
    labels.push_back(labels.front());
    EXPECT_THAT(refusal([&] { family.with(labels); }), HasSubstr("is given twice"));
    EXPECT_THAT(refusal([&] { open.with(labels); }), HasSubstr("is given twice"));
    labels.pop_back();
    EXPECT_TRUE(family.remove(labels));
    EXPECT_TRUE(open.remove(labels));
  }
}

TEST(DynamicFamily, ValuesMayBeAnyBytes) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames{"x", "y"});
  auto& open = registry.counter("b_total", "B.", LabelNames::any());
  const std::string_view zero{"a\0b", 3};
  family.with({{"x", "\xFF"}, {"y", "\"\n\\"}}).inc();
  open.with({{"x", "\xFF"}, {"y", "\"\n\\"}}).inc();
  open.with({{"x", zero}});

  EXPECT_EQ(&family.with({{"y", "\"\n\\"}, {"x", "\xFE"}}), &family.with({{"x", "\xEF\xBF\xBD"}, {"y", "\"\n\\"}}));
  EXPECT_EQ(&open.with({{"y", "\"\n\\"}, {"x", "\xFE"}}), &open.with({{"x", "\xEF\xBF\xBD"}, {"y", "\"\n\\"}}));
  EXPECT_NE(&open.with({{"x", zero}}), &open.with({{"x", "a"}}));
  EXPECT_THAT(to_text(registry), AllOf(HasSubstr("a_total{x=\"\xEF\xBF\xBD\",y=\"\\\"\\n\\\\\"} 1\n"),
                                       HasSubstr("b_total{x=\"\xEF\xBF\xBD\",y=\"\\\"\\n\\\\\"} 1\n")));
  EXPECT_TRUE(open.remove({{"x", "\xFF"}, {"y", "\"\n\\"}}));
  EXPECT_TRUE(family.remove({{"x", "\xFF"}, {"y", "\"\n\\"}}));
}

TEST(DynamicFamily, ManyThreadsMakeEachSeriesOnceThroughEitherHandle) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2'000; ++i) {
        if (t % 2 == 0) {
          registry.counter("a_total", "A.", LabelNames{"x", "y"}).with({{"y", i % 50}, {"x", "1"}}).inc();
        } else {
          registry.counter("a_total", "A.", {"x", "y"}).with("1", i % 50).inc();
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();

  double total = 0;
  const auto snapshot = registry.snapshot();
  for (const auto& metric : snapshot[0].metrics) total += metric.value;
  EXPECT_EQ(snapshot[0].metrics.size(), 50u);
  EXPECT_EQ(total, 4 * 2'000);
}

}  // namespace
}  // namespace vitals
