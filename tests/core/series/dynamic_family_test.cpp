#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <random>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define VITALS_SANITIZED 1
#else
#define VITALS_SANITIZED 0
#endif

namespace vitals {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::FakeClock;
using vitals::testing::value;

enum class Method { Get, Post };
std::string_view label_text(Method method) { return method == Method::Get ? "GET" : "POST"; }

// The message of the std::invalid_argument that the call throws.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "nothing thrown";
}

static_assert(
    std::is_same_v<decltype(std::declval<Registry&>().counter("", "", LabelNames{"a"})), DynamicFamily<Counter>&>);
static_assert(std::is_trivially_destructible_v<DynamicFamily<Histogram>>);

// Ranges whose elements are made when they are asked for: names, and labels with them.
std::string name_of(int i) { return "label_" + std::to_string(i); }

template <class Element>
struct Countdown {
  struct Iterator {
    // NOLINTBEGIN(readability-identifier-naming): the standard's names
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    // NOLINTEND(readability-identifier-naming)

    Element operator*() const {
      if constexpr (std::is_same_v<Element, std::string>) {
        return name_of(left);
      } else {
        return {left == 1 ? "x" : "y", left};
      }
    }
    Iterator& operator++() {
      --left;
      return *this;
    }
    Iterator operator++(int) { return {left--}; }
    bool operator==(const Iterator&) const = default;

    int left = 0;
  };
  [[nodiscard]] Iterator begin() const { return {2}; }
  [[nodiscard]] Iterator end() const { return {0}; }
};

static_assert(detail::LabelRange<Countdown<std::pair<std::string_view, int>>>);
// Its names would be gone before they are read.
static_assert(!detail::LabelRange<Countdown<std::pair<std::string, int>>>);

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

// A length-delimited text of protobuf.
std::string field(char tag, const std::string& text) {
  return tag + std::string(1, static_cast<char>(text.size())) + text;
}

std::string label_pair(const std::string& name, const std::string& text) {
  return field('\x0A', field('\x0A', name) + field('\x12', text));
}

TEST(DynamicFamily, ProtobufHasTheSameLabels) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  auto& family = registry.gauge("a", "A.", LabelNames{"x", "y"});
  auto& open = registry.gauge("b", "B.", LabelNames::any());
  family.with({{"y", "1"}}).set(1);
  open.with({{"shard", "3"}, {"room", "2"}}).set(1);

  const std::string bytes = to_protobuf(registry);

  const std::string zone = label_pair("zone", "a");
  const std::string gauge = field('\x12', std::string("\x09\0\0\0\0\0\0\xF0\x3F", 9));
  EXPECT_THAT(bytes, HasSubstr(field('\x22', zone + label_pair("y", "1") + gauge)));
  EXPECT_THAT(bytes, HasSubstr(field('\x22', zone + label_pair("room", "2") + label_pair("shard", "3") + gauge)));
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

TEST(OpenFamily, EachSeriesHasLabelNamesOfItsOwn) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames::any());
  family.with({{"zone", "a"}, {"rack", "7"}}).inc();
  family.with({{"pod", "b"}}).inc(2);
  family.with({}).inc(3);
  family.with({{"a", 1}, {"d", 4}, {"c", 3}, {"b", 2}}).inc(4);

  EXPECT_EQ(&family.with({{"rack", "7"}, {"zone", "a"}, {"pod", ""}}), &family.with({{"zone", "a"}, {"rack", "7"}}));
  EXPECT_EQ(family.size(), 4u);
  EXPECT_EQ(to_text(registry),
            "# HELP a_total A.\n# TYPE a_total counter\na_total{rack=\"7\",zone=\"a\"} 1\na_total{pod=\"b\"} 2\n"
            "a_total 3\na_total{a=\"1\",b=\"2\",c=\"3\",d=\"4\"} 4\n");
  EXPECT_EQ(&registry.counter("a_total", "A.", LabelNames::any()), &family);
}

// Each of these is another series than all others, though the bytes of some join alike.
TEST(OpenFamily, KeepsSeriesApart) {
  using Labels = std::map<std::string, std::string>;
  Registry registry;
  auto& family = registry.gauge("a", "A.", LabelNames::any());
  const std::string longer(300, 'x');
  const std::string byte_four(1, '\4');
  std::vector<Labels> all{{},
                          {{"a", "bc"}},
                          {{"ab", "c"}},
                          {{"a", "b"}, {"c", "d"}},
                          {{"a", "bcd"}},
                          {{"a", "c"}, {"b", "d"}},
                          {{"a", longer}},
                          {{"a", longer}, {"b", longer}},
                          {{"a", longer + "b"}},
                          {{longer, "a"}}};
  // Long keys of four labels and of five, in which texts stand where the others have lengths.
  for (const char* text : {"\1", "\2", "a"}) {
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}});
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}});
    all.push_back({{"a", text}, {"b", text}, {"c", text}, {"d", text}, {"e", text}, {"f", text}});
  }

  std::map<Gauge*, double> made;
  for (const Labels& labels : all) {
    Gauge& gauge = family.with(labels);
    gauge.set(static_cast<double>(made.size()));
    EXPECT_TRUE(made.emplace(&gauge, gauge.value()).second);
  }

  const auto snapshot = registry.snapshot();
  ASSERT_EQ(snapshot[0].metrics.size(), all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& shown = snapshot[0].metrics[i].labels;
    Labels labels;
    for (const auto& [name, text] : shown) labels.emplace(name, text);
    EXPECT_EQ(labels, all[i]);
    EXPECT_TRUE(std::ranges::is_sorted(shown, {}, &Label::name));
    EXPECT_EQ(&family.with(all[i]), &family.with(shown));
  }
}

TEST(OpenFamily, OrdersNamesByTheirBytes) {
  Registry registry;
  registry.gauge("a", "A.", LabelNames::any())
      .with({{"abcdefgh2", 1}, {"abcdefgh", 2}, {"abcdefg", 3}, {"abcdefgh1", 4}, {"Z", 5}, {"_", 6}, {"a", 7}})
      .set(1);

  EXPECT_THAT(to_text(registry), HasSubstr("a{Z=\"5\",_=\"6\",a=\"7\",abcdefg=\"3\",abcdefgh=\"2\",abcdefgh1=\"4\","
                                           "abcdefgh2=\"1\"} 1\n"));
}

TEST(OpenFamily, RefusesNamesThatBreakARule) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  auto& family = registry.counter("a_total", "A.", LabelNames::any(), {.max_series = 1});
  auto& states = registry.state_set("mode", "M.", LabelNames::any(), {"on"});
  const auto with = [&](std::string_view name) { return refusal([&] { family.with({{"ok", "1"}, {name, "1"}}); }); };
  const auto check = [&] {
    EXPECT_EQ(with("1x"),
              "vitals: metric \"a_total\": label \"1x\": a label name must match [a-zA-Z_][a-zA-Z0-9_]*; use \"_1x\"");
    EXPECT_THAT(with(""), HasSubstr("label \"\": a label name must match"));
    EXPECT_THAT(with("a.b"), HasSubstr("label \"a.b\": a label name must match"));
    EXPECT_THAT(with("\xFF"), HasSubstr("label \"\xEF\xBF\xBD\": a label name must match"));
    EXPECT_THAT(with("__x"), HasSubstr("label \"__x\": names that start with \"__\" are reserved"));
    EXPECT_THAT(with("le"), HasSubstr("label \"le\": the name is reserved for the buckets"));
    EXPECT_THAT(with("quantile"), HasSubstr("label \"quantile\": the name is reserved for the quantiles"));
    EXPECT_THAT(with("zone"), HasSubstr("label \"zone\": it is a constant label, which every series has; rename"));
    EXPECT_THAT(with("ok"), HasSubstr("label \"ok\" is given twice"));
    EXPECT_THAT(with("vitals_overflow"), HasSubstr("label \"vitals_overflow\": the name is reserved for the series"));
    EXPECT_THAT(refusal([&] { states.with({{"mode", "1"}}); }), HasSubstr("reserved for the states"));
    EXPECT_THAT(refusal([&] { family.with({{"vitals_overflow", "true"}}); }), HasSubstr("the name is reserved"));
  };
  check();
  EXPECT_EQ(family.size(), 0u);
  EXPECT_FALSE(family.remove({{"", "1"}}));
  EXPECT_FALSE(family.remove({{"1x", "1"}}));
  EXPECT_EQ(with("y"), "nothing thrown");

  // Beyond the limit too.
  EXPECT_EQ(with("z"), "nothing thrown");
  check();
  EXPECT_EQ(family.size(), 1u);
}

TEST(OpenFamily, NamesMayBeUtf8WhereTheRegistryAllowsIt) {
  Registry registry{{.labels = {{"zone_name", "a"}}, .utf8_names = true}};
  auto& family = registry.gauge("a", "A.", LabelNames::any());
  family.with({{"m\xC3\xA9thode", "GET"}, {"a.b", "1"}}).set(1);
  family.with({{"plain", "1"}}).set(2);

  std::string text;
  expose(registry, {.format = Format::Text, .escaping = Escaping::Utf8}, text);
  EXPECT_THAT(text, HasSubstr("a{zone_name=\"a\",\"a.b\"=\"1\",\"m\xC3\xA9thode\"=\"GET\"} 1\n"
                              "a{zone_name=\"a\",plain=\"1\"} 2\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("a{zone_name=\"a\",a_b=\"1\",m_thode=\"GET\"} 1\n"));
  EXPECT_THAT(to_protobuf(registry), HasSubstr(label_pair("m_thode", "GET")));
  EXPECT_THAT(refusal([&] { family.with({{"a.b", "1"}, {"a_b", "1"}}); }), HasSubstr("where names are escaped"));
  EXPECT_THAT(refusal([&] { family.with({{"zone.name", "1"}}); }), HasSubstr("where names are escaped"));
  EXPECT_THAT(refusal([&] { family.with({{"\xFF", "1"}}); }), HasSubstr("must be UTF-8 text"));
}

TEST(OpenFamily, ConstantLabelsStandFirst) {
  Registry registry{{.labels = {{"zone", "a"}}}};
  registry.gauge("b", "B.", LabelNames::any()).with({{"a", 1}}).set(1);
  registry.gauge("b", "B.", LabelNames::any()).with({}).set(2);

  EXPECT_THAT(to_text(registry), HasSubstr("b{zone=\"a\",a=\"1\"} 1\nb{zone=\"a\"} 2\n"));
  Registry clash{{.labels = {{"vitals_overflow", "a"}}}};
  EXPECT_THAT(refusal([&] { clash.gauge("b", "B.", LabelNames::any()); }), HasSubstr("label \"vitals_overflow\""));
}

// Each of these for a metric with names and one whose names are any.
struct EitherFamilyTest : ::testing::TestWithParam<bool> {
  [[nodiscard]] LabelNames names() const { return GetParam() ? LabelNames::any() : LabelNames{"x", "y"}; }

  FakeClock clock;
  Registry registry{{.clock = &clock}};
};
INSTANTIATE_TEST_SUITE_P(DynamicFamily, EitherFamilyTest, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "AnyNames" : "Names"; });

TEST_P(EitherFamilyTest, RemovedSeriesIsGoneAndStartsAnew) {
  auto& family = registry.counter("a_total", "A.", names());
  auto& stale = family.with({{"x", "1"}, {"y", "2"}});
  family.with({{"x", "kept"}}).inc();

  EXPECT_TRUE(family.remove({{"y", "2"}, {"x", "1"}}));
  EXPECT_FALSE(family.remove({{"y", "2"}, {"x", "1"}}));
  EXPECT_FALSE(family.remove(std::map<std::string, std::string>{{"y", "never"}}));
  stale.inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"kept\"} 1\n");
  EXPECT_EQ(family.with({{"x", "1"}, {"y", "2"}}).value(), 0);
}

TEST_P(EitherFamilyTest, RemoveMatchingEndsThoseThatHaveAllOfTheLabels) {
  auto& family = registry.gauge("a", "A.", names());
  for (int x = 0; x < 3; ++x) {
    for (int y = 0; y < 100; ++y) family.with({{"x", x}, {"y", y}});
  }
  family.with({{"y", 7}});

  EXPECT_EQ(family.remove_matching({{"x", 1}}), 100u);
  EXPECT_EQ(family.remove_matching(std::map<std::string, int>{{"y", 7}, {"x", 2}}), 1u);
  EXPECT_EQ(family.remove_matching({{"x", 9}}), 0u);
  EXPECT_EQ(family.remove_matching({{"x", ""}}), 1u);
  EXPECT_EQ(family.size(), 199u);
  EXPECT_EQ(family.clear(), 199u);
  EXPECT_EQ(family.clear(), 0u);
}

TEST_P(EitherFamilyTest, ScopedSeriesEndsWithItsScope) {
  auto& family = registry.gauge("a", "A.", names());
  {
    auto series = family.scoped({{"y", "\xFF"}, {"x", "1"}});
    series->set(3);
    auto moved = std::move(series);
    (*moved).add(1);
    EXPECT_EQ(family.with({{"x", "1"}, {"y", "\xFF"}}).value(), 4);
    auto other = family.scoped(std::map<std::string, std::string>{{"x", "2"}});
    moved = std::move(other);
    EXPECT_EQ(family.size(), 1u);
  }

  EXPECT_EQ(family.size(), 0u);
  {
    auto series = family.scoped({{"x", "1"}});
    family.remove({{"x", "1"}});
    family.with({{"x", "1"}});
  }
  EXPECT_EQ(family.size(), 1u) << "a series that is not its own";
}

TEST_P(EitherFamilyTest, SeriesThatAreIdleEnd) {
  auto& family = registry.counter("a_total", "A.", names(), {.expire_after = 60s});
  family.with({{"x", "idle"}});
  for (int i = 0; i < 4; ++i) {
    family.with({{"x", "busy"}}).inc();
    clock.advance(20s);
    (void)to_text(registry);
  }

  EXPECT_EQ(family.size(), 1u);
  EXPECT_EQ(value(registry, "a_total", {{"x", "busy"}}), 4);
}

TEST_P(EitherFamilyTest, SeriesBeyondTheLimitShareOne) {
  auto& family = registry.counter("a_total", "A.", names(), {.max_series = 2});
  register_library_metrics(registry);
  auto& first = family.with({{"x", "1"}});
  family.with({{"y", "2"}});

  family.with({{"x", "3"}}).inc();
  family.with({{"x", "\xFF"}, {"y", "4"}}).inc();
  { family.scoped({{"x", "5"}})->inc(); }

  EXPECT_EQ(&family.with({{"x", "1"}}), &first);
  const char* line =
      GetParam() ? "a_total{vitals_overflow=\"true\"} 3\n" : "a_total{x=\"_overflow\",y=\"_overflow\"} 3\n";
  EXPECT_THAT(to_text(registry), HasSubstr(line));
  EXPECT_EQ(family.size(), 2u);
  EXPECT_EQ(value(registry, "vitals_series_overflow_total", {{"family", "a_total"}}), 3);
  EXPECT_TRUE(family.remove({{"x", "1"}}));
  EXPECT_NE(&family.with({{"x", "3"}}), &family.with({{"x", "4"}}));
  EXPECT_EQ(family.clear(), 3u);
}

// Of client values that look like ours.
TEST(OpenFamily, OverflowSeriesIsNobodysByChance) {
  Registry registry;
  auto& family = registry.counter("a_total", "A.", LabelNames::any(), {.max_series = 1});
  auto& own = family.with({{"overflow", "true"}});
  auto& overflow = family.with({{"x", "1"}});

  EXPECT_NE(&own, &overflow);
  EXPECT_THAT(refusal([&] { family.with({{"vitals_overflow", "true"}}); }), HasSubstr("is reserved"));
  EXPECT_TRUE(family.remove({{"vitals_overflow", "true"}}));
  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{overflow=\"true\"} 0\n");
}

TEST_P(EitherFamilyTest, ExemplarsAreShown) {
  auto& family = registry.counter("a_total", "A.", names());
  family.with({{"y", "1"}}).inc(1, {{"trace_id", "abc"}});

  EXPECT_THAT(to_openmetrics(registry), HasSubstr("a_total{y=\"1\"} 1 # {trace_id=\"abc\"} 1.0"));
}

// Series of two and three labels, that are kept or come and go, while threads look up, record and scrape.
TEST_P(EitherFamilyTest, LooksUpMakesRemovesAndScrapesAtOnce) {
  constexpr int kSeries = 100;
  constexpr int kScrapes = VITALS_SANITIZED ? 30 : 200;
  auto& family = registry.counter("a_total", "A.", names());
  auto& limited = registry.counter("b_total", "B.", names(), {.max_series = kSeries / 2});
  std::vector<Counter*> kept;
  for (int i = 0; i < kSeries; ++i) kept.push_back(&family.with({{"x", i}, {"y", "kept"}}));
  std::atomic<bool> done{false};
  std::atomic<std::uint64_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; !done; i = (i + 7) % kSeries) {
        family.with({{"x", i}, {"y", t}}).inc();
        limited.with({{"y", t}, {"x", i}}).inc();
        limited.with({{"y", "a value that is longer than the others, \xFF"}, {"x", i}}).inc();
        family.remove({{"y", t}, {"x", i}});
        if (i % 10 == 0) limited.remove_matching({{"x", i}});
        auto scoped = family.scoped({{"y", "scoped"}, {"x", i}});
        scoped->inc();
      }
    });
  }
  threads.emplace_back([&] {
    for (std::size_t i = 0; !done; i = (i + 1) % kept.size())
      wrong += &family.with({{"y", "kept"}, {"x", i}}) != kept[i] ? 1u : 0u;
  });

  for (int i = 0; i < kScrapes; ++i) {
    const std::string text = to_text(registry);
    ASSERT_THAT(text,
                AllOf(HasSubstr("a_total{x=\"0\",y=\"kept\"} 0\n"), HasSubstr("a_total{x=\"99\",y=\"kept\"} 0\n")));
    ASSERT_GT(to_protobuf(registry).size(), 0u);
  }
  done = true;
  for (auto& thread : threads) thread.join();

  EXPECT_EQ(wrong, 0u);
  EXPECT_LE(limited.size(), kSeries / 2u);
  EXPECT_EQ(family.remove_matching({{"y", "scoped"}}), 0u);
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
