// Whatever a program or its clients may get wrong: refused where it is declared, with metric, rule and fix; harmless
// where it is recorded.
#include <cmath>
#include <functional>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

namespace vitals {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using vitals::testing::value;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct BadInput : ::testing::Test {
  // The message of the std::invalid_argument that work throws; nothing may be left of what it began.
  std::string refusal(const std::function<void()>& work) {
    const std::string before = to_text(registry);
    std::string message = "nothing thrown";
    try {
      work();
    } catch (const std::invalid_argument& error) {
      message = error.what();
    }
    EXPECT_EQ(to_text(registry), before);
    return message;
  }

  static auto names(std::string_view metric, std::string_view rule, std::string_view fix) {
    return AllOf(HasSubstr("vitals: metric \"" + std::string{metric} + "\": "), HasSubstr(std::string{rule}),
                 HasSubstr(std::string{fix}));
  }

  Registry registry;
};

TEST_F(BadInput, NullLabelValueIsEmpty) {
  auto& family = registry.counter("a_total", "A.", {"x", "y"});
  const char* null = nullptr;
  char* also_null = nullptr;

  family.with(null, "1").inc();
  family.with("", "1").inc();
  family.with(also_null, "1").inc();

  EXPECT_EQ(to_text(registry), "# HELP a_total A.\n# TYPE a_total counter\na_total{x=\"\",y=\"1\"} 3\n");
  EXPECT_TRUE(family.remove(null, "1"));
}

TEST_F(BadInput, MegabyteOfALabelValueIsASeriesLikeAnother) {
  auto& family = registry.counter("a_total", "A.", {"x"});
  const std::string large(std::size_t{1} << 20, 'x');
  const std::string other = large + 'y';

  family.with(large).inc(1);
  family.with(other).inc(2);
  family.with(large).inc(1);

  const std::string text = to_text(registry);
  EXPECT_THAT(text, HasSubstr("a_total{x=\"" + large + "\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("a_total{x=\"" + other + "\"} 2\n"));
  EXPECT_TRUE(family.remove(large));
  EXPECT_EQ(value(registry, "a_total", {{"x", large}}), std::nullopt);
  EXPECT_EQ(family.size(), 1u);
}

TEST_F(BadInput, EveryByteMayStandInALabelValue) {
  auto& family = registry.gauge("a", "A.", {"x"}, {.max_series = 1'000});
  for (int byte = 0; byte < 256; ++byte) family.with(std::string{"<"} + static_cast<char>(byte) + '>').add(1);

  // All that are not UTF-8 are one series.
  EXPECT_EQ(family.size(), 129u);
  EXPECT_EQ(value(registry, "a", {{"x", "<\xEF\xBF\xBD>"}}), 128);
  for (const auto& format : {to_text(registry), to_openmetrics(registry)}) {
    EXPECT_THAT(format, HasSubstr("a{x=\"<\\\\>\"} 1"));
    EXPECT_THAT(format, HasSubstr("a{x=\"<\\\">\"} 1"));
    EXPECT_THAT(format, HasSubstr("a{x=\"<\\n>\"} 1"));
    EXPECT_THAT(format, HasSubstr(std::string{"a{x=\"<"} + '\0' + ">\"} 1"));
    EXPECT_THAT(format, HasSubstr("a{x=\"<\r>\"} 1"));
  }
}

TEST_F(BadInput, EveryByteMayStandInHelp) {
  std::string help;
  for (int byte = 0; byte < 256; ++byte) help += static_cast<char>(byte);

  registry.gauge("a", help);

  EXPECT_THAT(to_text(registry), HasSubstr("\\n"));
  EXPECT_THAT(to_text(registry), HasSubstr("\xEF\xBF\xBD"));
}

TEST_F(BadInput, NamesThatAreEqualOnceEscapedClash) {
  Registry utf8{{.utf8_names = true}};
  utf8.gauge("a.b", "A.");

  try {
    utf8.gauge("a_b", "A.");
    FAIL() << "nothing thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), names("a_b", "would clash with that of metric \"a.b\"", "rename one of them"));
  }
  EXPECT_THROW(utf8.gauge("a b", "A."), std::invalid_argument);
  EXPECT_THROW(utf8.counter("a.b", "A."), std::invalid_argument);
}

TEST_F(BadInput, LabelNamesThatAreEqualOnceEscapedClash) {
  Registry utf8{{.utf8_names = true}};

  try {
    utf8.gauge("a", "A.", {"x.y", "x_y"});
    FAIL() << "nothing thrown";
  } catch (const std::invalid_argument& error) {
    EXPECT_THAT(error.what(), names("a", "label \"x_y\": is written as \"x.y\"", "rename one"));
  }
}

TEST_F(BadInput, StateSetsLabelMustNotBecomeADeclaredOne) {
  Registry utf8{{.utf8_names = true}};

  EXPECT_THROW(utf8.state_set("a.b", "A.", {"a_b"}, {"x"}), std::invalid_argument);
  EXPECT_NO_THROW(utf8.state_set("a.b", "A.", {"a_c"}, {"x"}));
}

TEST_F(BadInput, LinesOfTwoMetricsDoNotClash) {
  registry.histogram("a", "A.", Buckets{1});
  registry.counter("b_total", "B.");
  registry.info("c", "C.", {});
  registry.counter("d_total", "D.", {"x"});
  (void)registry.gauge_callback("e", "E.", [] { return 1; });
  const auto token = registry.counter_callback("f", "F.", [] { return 1; });

  EXPECT_THAT(refusal([&] { registry.gauge("a_count", "A."); }),
              names("a_count", "line \"a_count\" would clash with that of metric \"a\"", "rename"));
  EXPECT_THAT(refusal([&] { registry.gauge("a_sum", "A."); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.counter("a", "A."); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.gauge("b_created", "B."); }),
              names("b_created", "would clash with that of metric \"b_total\"", "rename"));
  EXPECT_THAT(refusal([&] { registry.gauge("b", "B."); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.gauge("c_info", "C."); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.state_set("c", "C.", {"x"}); }), HasSubstr("clash"));
  EXPECT_THAT(refusal([&] { registry.gauge("f_total", "F."); }), HasSubstr("clash"));
  EXPECT_NO_THROW(registry.gauge("e", "E."));
  EXPECT_NO_THROW(registry.gauge("g_created", "G."));
  EXPECT_THAT(refusal([&] { registry.counter("g", "G."); }),
              names("g_total", "line \"g_created\" would clash with that of metric \"g_created\"", "rename"));
}

TEST_F(BadInput, StateSetNeedsItsOwnLabel) {
  EXPECT_THAT(refusal([&] {
                registry.state_set("mode", "M.", {"mode"}, {"a", "b"});
              }),
              names("mode", "label \"mode\": the name is reserved", "rename the label"));
  Registry constant{{.labels = {{"mode", "x"}}}};
  EXPECT_THROW(constant.state_set("mode", "M.", {"a"}), std::invalid_argument);
  EXPECT_THAT(refusal([&] { registry.state_set("s", "S.", States{std::vector<std::string>{}}); }),
              names("s", "at least one state", "name some"));
  EXPECT_THAT(refusal([&] {
                registry.state_set("s", "S.", {"a", "a"});
              }),
              names("s", "state \"a\": declared twice", "must differ"));
  EXPECT_THAT(refusal([&] { registry.state_set("s", "S.", {"\xFF", "\xFE"}); }), HasSubstr("must be UTF-8"));
  EXPECT_THAT(refusal([&] {
                registry.state_set("s", "S.", {"a", ""});
              }),
              names("s", "must have a name", "give it one"));
  EXPECT_THAT(refusal([&] { registry.state_set("s", "S.", States{std::vector<std::string>(65)}); }),
              names("s", "65 states", "use a gauge"));
}

TEST_F(BadInput, ConstantLabelsAreNotDeclaredAgain) {
  Registry zoned{{.labels = {{"zone", "a"}}}};
  const auto message = [&](const std::function<void()>& work) {
    try {
      work();
    } catch (const std::invalid_argument& error) {
      return std::string{error.what()};
    }
    return std::string{"nothing thrown"};
  };

  EXPECT_THAT(message([&] {
                zoned.counter("a_total", "A.", {"x", "zone"});
              }),
              names("a_total", "label \"zone\": declared twice", "must differ"));
  EXPECT_THAT(message([&] {
                zoned.info("b", "B.", {{"zone", "c"}});
              }),
              names("b_info", "label \"zone\"", "must differ"));
  EXPECT_NO_THROW(zoned.counter("a_total", "A.", {"x"}));
  EXPECT_THROW((Registry{{.labels = {{"le", "1"}}}}.histogram("h", "H.")), std::invalid_argument);
  EXPECT_THROW((Registry{{.labels = {{"a", "1"}, {"a", "2"}}}}), std::invalid_argument);
  EXPECT_THROW((Registry{{.labels = {{"__a", "1"}}}}), std::invalid_argument);
  EXPECT_THROW((Registry{{.labels = {{"", "1"}}}}), std::invalid_argument);
  EXPECT_THROW((Registry{{.labels = {{"a-b", "1"}}}}), std::invalid_argument);
}

TEST_F(BadInput, BoundsAscend) {
  const auto with = [&](std::vector<double> bounds) {
    return refusal([&] { registry.histogram("h", "H.", Buckets{std::move(bounds)}); });
  };

  EXPECT_THAT(with({}), names("h", "at least one bucket bound", "give some"));
  EXPECT_THAT(with({std::nan("")}), names("h", "bucket bound NaN: not a number", "remove it"));
  EXPECT_THAT(with({1, kInfinity}), names("h", "bucket bound +Inf: bounds must be finite", "remove it"));
  EXPECT_THAT(with({-kInfinity, 1}), names("h", "bucket bound -Inf", "remove it"));
  EXPECT_THAT(with({2, 1}), names("h", "bucket bound 1 after 2", "sort them"));
  EXPECT_THAT(with({0.0, -0.0}), names("h", "bucket bound -0 after 0", "remove duplicates"));
  EXPECT_THAT(with({1, 1}), names("h", "bucket bound 1 after 1", "remove duplicates"));
}

TEST_F(BadInput, UnitEndsTheName) {
  EXPECT_THAT(refusal([&] { registry.gauge("a", "A.", {.unit = "seconds"}); }),
              names("a", "unit \"seconds\": the name must end in it", "use \"a_seconds\""));
  EXPECT_THAT(refusal([&] { registry.counter("a_total", "A.", {.unit = "bytes"}); }),
              HasSubstr("use \"a_bytes_total\""));
  EXPECT_THAT(refusal([&] { registry.gauge("seconds", "A.", {.unit = "seconds"}); }), HasSubstr("must end in it"));
  EXPECT_THAT(refusal([&] { registry.gauge("aseconds", "A.", {.unit = "seconds"}); }), HasSubstr("must end in it"));
  EXPECT_THAT(refusal([&] { registry.gauge("a_b c", "A.", {.unit = "b c"}); }), HasSubstr("metric name"));
  EXPECT_THAT(refusal([&] { registry.gauge("a_s", "A.", {.unit = "9"}); }), HasSubstr("a unit must match"));
  EXPECT_THAT(refusal([&] { registry.state_set("a_seconds", "A.", {"x"}, FamilyOptions{.unit = "seconds"}); }),
              names("a_seconds", "state sets have no unit", "leave it out"));
  EXPECT_NO_THROW(registry.counter("a_bytes", "A.", {.unit = "bytes"}));
}

TEST_F(BadInput, NamesFollowTheDataModel) {
  using namespace std::string_literals;
  for (const std::string& name : {""s, "9a"s, "a b"s, "a-b"s, "\xC3\xA9"s, "a\n"s, "a\0b"s}) {
    EXPECT_THAT(refusal([&] { registry.gauge(name, "A."); }), AllOf(HasSubstr("metric name"), HasSubstr("use \"")));
    EXPECT_THAT(refusal([&] { registry.info(name, "A.", {}); }), HasSubstr("metric name"));
    EXPECT_THAT(refusal([&] { (void)registry.gauge_callback(name, "A.", [] { return 1; }); }), HasSubstr("use \""));
    EXPECT_THAT(refusal([&] { registry.state_set(name, "A.", {"x"}); }), HasSubstr("use \""));
  }
}

TEST_F(BadInput, UpdatesThatBreakARuleAreDroppedAndCounted) {
  register_library_metrics(registry);
  auto& counter = registry.counter("a_total", "A.");
  auto& gauge = registry.gauge("b", "B.");
  auto& histogram = registry.histogram("c", "C.", Buckets{1});
  const vitals::testing::Delta dropped{registry, "vitals_invalid_updates_total"};

  counter.inc(-1);
  counter.inc(-0.5);
  counter.add(std::nan(""));
  counter.add(kInfinity);
  gauge.add(std::nan(""));
  histogram.observe(std::nan(""));

  EXPECT_EQ(dropped.value(), 6);
  EXPECT_EQ(counter.value(), 0);
  EXPECT_EQ(gauge.value(), 0);
  EXPECT_EQ(histogram.snapshot().count(), 0u);
  histogram.observe(kInfinity);
  histogram.observe(-kInfinity);
  EXPECT_EQ(histogram.snapshot().count(), 2u);
}

TEST_F(BadInput, RemoveMatchingRefusesUnknownLabels) {
  auto& family = registry.gauge("a", "A.", {"x"});
  family.with(1);

  EXPECT_THAT(refusal([&] { family.remove_matching({{"y", "1"}}); }), names("a", "label \"y\"", "use one of those"));
  EXPECT_EQ(family.size(), 1u);
}

// The same one each time, whatever the order of registration: a message that changes can't be searched for.
TEST_F(BadInput, OfTwoClashesTheSumIsToldBeforeTheCount) {
  registry.gauge("h_count", "H.");
  registry.gauge("h_sum", "H.");

  EXPECT_THAT(refusal([&] { registry.histogram("h", "H."); }), HasSubstr("line \"h_sum\" would clash"));
}

}  // namespace
}  // namespace vitals
