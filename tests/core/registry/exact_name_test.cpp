// Counters that keep a name without `_total`.
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lint_declaration.hpp>
#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "core/protobuf_dump.hpp"

namespace vitals {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using vitals::testing::value;

std::string refused_as(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

struct ExactNameTest : ::testing::Test {
  Registry registry;
};

TEST_F(ExactNameTest, IsThatOfACounterInEveryFormat) {
  registry.counter("legacy", "Legacy.", {.exact_name = true}).inc(3);

  EXPECT_EQ(to_text(registry), "# HELP legacy Legacy.\n# TYPE legacy counter\nlegacy 3\n");
  EXPECT_EQ(to_openmetrics(registry), "# TYPE legacy unknown\n# HELP legacy Legacy.\nlegacy 3\n# EOF\n");
  EXPECT_THAT(test::dump_protobuf(to_protobuf(registry)), AllOf(HasSubstr("1\"legacy\""), HasSubstr("3{1:3")));
  EXPECT_EQ(value(registry, "legacy"), 3);
}

TEST_F(ExactNameTest, IsThatOfAFamilyToo) {
  auto& lines = registry.counter("lines", "Lines.", {"path"}, {.exact_name = true});
  lines.with("a").inc();
  lines.with("b").add(0.5);

  EXPECT_EQ(to_text(registry),
            "# HELP lines Lines.\n# TYPE lines counter\nlines{path=\"a\"} 1\nlines{path=\"b\"} 0.5\n");
  EXPECT_EQ(to_openmetrics(registry),
            "# TYPE lines unknown\n# HELP lines Lines.\nlines{path=\"a\"} 1\nlines{path=\"b\"} 0.5\n# EOF\n");
  EXPECT_EQ(registry.snapshot().at(0).name, "lines");
  EXPECT_EQ(registry.snapshot().at(0).type, MetricType::Counter);
}

// Its protobuf is that of any counter: a type is COUNTER, 0, and the number stands in field 3.
TEST_F(ExactNameTest, OfASnapshotIsKept) {
  registry.counter("legacy", "Legacy.", {"x"}, {.exact_name = true}).with("y").inc(3);
  Registry other;
  other.keep_collector([&](auto& out) {
    for (auto& family : registry.snapshot()) out.push_back(std::move(family));
  });

  EXPECT_EQ(to_text(other), to_text(registry));
  EXPECT_EQ(to_openmetrics(other), to_openmetrics(registry));
  EXPECT_EQ(to_protobuf(other), to_protobuf(registry));
}

TEST_F(ExactNameTest, HasInOpenMetricsWhatUnknownMetricsHave) {
  auto& counter = registry.counter("sent_bytes", "Sent.", {.unit = "bytes", .exact_name = true});
  counter.inc(1, {{"trace_id", "a"}});

  std::string text;
  expose(registry, {.format = Format::OpenMetrics, .created_lines = true}, text);
  EXPECT_EQ(text, "# TYPE sent_bytes unknown\n# UNIT sent_bytes bytes\n# HELP sent_bytes Sent.\nsent_bytes 1\n# EOF\n");
}

TEST_F(ExactNameTest, ThatEndsInTotalIsAnyCounters) {
  auto& counter = registry.counter("a_total", "A.", {.exact_name = true});

  EXPECT_EQ(&registry.counter("a", "A."), &counter);
  EXPECT_EQ(&registry.counter("a_total", "A."), &counter);
  EXPECT_THAT(to_openmetrics(registry), HasSubstr("# TYPE a counter\n"));
}

TEST_F(ExactNameTest, IsWhatOtherTypesHaveAnyway) {
  EXPECT_EQ(&registry.gauge("g", "G.", {.exact_name = true}), &registry.gauge("g", "G."));
  EXPECT_EQ(&registry.histogram("h", "H.", Buckets{1}, {.exact_name = true}),
            &registry.histogram("h", "H.", Buckets{1}));
}

TEST_F(ExactNameTest, AgainGivesTheSame) {
  auto& counter = registry.counter("legacy", "L.", {.exact_name = true});

  EXPECT_EQ(&registry.counter("legacy", "L.", {.exact_name = true}), &counter);
  EXPECT_THAT(refused_as([&] { registry.counter("legacy", "M.", {.exact_name = true}); }), HasSubstr("help text"));
}

TEST_F(ExactNameTest, InOnePlaceAloneIsRefused) {
  registry.counter("a", "A.", {.exact_name = true});
  registry.counter("b", "B.");

  EXPECT_THAT(refused_as([&] { registry.counter("a", "A."); }),
              AllOf(HasSubstr("metric \"a_total\": its line \"a\" would clash with that of metric \"a\""),
                    HasSubstr("FamilyOptions::exact_name in both places or in none")));
  EXPECT_THAT(refused_as([&] { registry.counter("b", "B.", {.exact_name = true}); }),
              AllOf(HasSubstr("metric \"b\": its line \"b\" would clash with that of metric \"b_total\""),
                    HasSubstr("FamilyOptions::exact_name in both places or in none")));
  registry.gauge("c", "C.");
  EXPECT_THAT(refused_as([&] { registry.counter("c", "C."); }), Not(HasSubstr("exact_name")));
  EXPECT_THAT(refused_as([&] { registry.counter("c", "C.", {.exact_name = true}); }),
              HasSubstr("registered before with type gauge, now with counter"));
}

TEST_F(ExactNameTest, HasNoOtherLinesToClash) {
  registry.counter("a", "A.", {.exact_name = true}).inc();

  registry.gauge("a_total", "A.").set(2);
  registry.gauge("a_created", "A.").set(3);
  EXPECT_THAT(refused_as([&] { (void)registry.gauge_callback("a", "A.", [] { return 1.0; }); }),
              HasSubstr("another kind of metric"));

  EXPECT_THAT(to_openmetrics(registry), AllOf(HasSubstr("\na 1\n"), HasSubstr("\na_total 2.0\n")));
}

TEST_F(ExactNameTest, FreesItsNameWithACollector) {
  const auto gives = [](std::string name, MetricType type) {
    return [=](auto& out) { out.push_back({name, "A.", type, {{.value = 1}}}); };
  };
  registry.keep_collector(gives("a", MetricType::Counter));
  registry.keep_collector(gives("a_total", MetricType::Gauge));
  registry.keep_collector(gives("b", MetricType::Info));
  registry.keep_collector(gives("b_info", MetricType::Gauge));

  EXPECT_EQ(registry.snapshot().size(), 4);
}

TEST_F(ExactNameTest, HasThePrefixOfItsScope) {
  const auto part = registry.scope({.prefix = "zeek_", .labels = {{"component", "log"}}});

  part.counter("lines", "Lines.", {.exact_name = true}).inc();

  EXPECT_EQ(to_text(registry),
            "# HELP zeek_lines Lines.\n# TYPE zeek_lines counter\nzeek_lines{component=\"log\"} 1\n");
}

// Where an escaping makes the ending, the name is any counter's.
TEST_F(ExactNameTest, InUtf8IsWhatIsExposed) {
  Registry utf8{{.utf8_names = true}};
  utf8.counter("a.total", "A.", {.exact_name = true}).inc();

  std::string text;
  expose(utf8, {.format = Format::OpenMetrics, .escaping = Escaping::Utf8}, text);
  EXPECT_THAT(text, AllOf(HasSubstr("# TYPE \"a.total\" unknown\n"), HasSubstr("{\"a.total\"} 1\n")));
  EXPECT_THAT(to_openmetrics(utf8), AllOf(HasSubstr("# TYPE a counter\n"), HasSubstr("\na_total 1\n")));
  EXPECT_THAT(refused_as([&] { utf8.gauge("a", "A."); }), HasSubstr("would clash"));
}

TEST_F(ExactNameTest, IsToldByTheLinterUnlessThatIsToldNotTo) {
  std::vector<std::string> rules;
  const auto keep = [&](const LintProblem& problem) { rules.push_back(problem.rule); };
  const FamilyOptions exact{.exact_name = true};
  Registry told{{.on_lint = keep}};
  Registry refusing{{.refuse_lint = true}};
  Registry not_told{{.on_lint = keep, .refuse_lint = true, .ignored_lint = {"counter-total"}}};

  told.counter("legacy", "L.", exact);
  EXPECT_THAT(rules, ElementsAre("counter-total"));
  EXPECT_THAT(refused_as([&] { refusing.counter("legacy", "L.", exact); }), HasSubstr("[counter-total]"));
  rules.clear();
  not_told.counter("legacy", "L.", exact);
  EXPECT_TRUE(rules.empty());
  EXPECT_THAT(refused_as([&] { not_told.counter("legacyLines", "L.", exact); }), HasSubstr("[camel-case]"));
}

TEST(IgnoredLint, IsARule) {
  EXPECT_THAT(refused_as([] { const Registry registry{{.ignored_lint = {"no-such-rule"}}}; }),
              AllOf(HasSubstr("RegistryOptions::ignored_lint"), HasSubstr("no-such-rule")));
}

}  // namespace
}  // namespace vitals
