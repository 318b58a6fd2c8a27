#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
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

// The message of the std::invalid_argument that work throws.
std::string refused(const std::function<void()>& work) {
  try {
    work();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing thrown";
}

// It could be a registry.
static_assert(!std::is_copy_assignable_v<Scope> && std::is_nothrow_copy_constructible_v<Scope>);

struct ScopeTest : ::testing::Test {
  Registry registry{{.on_collector_error = [this](std::string_view message) { told.emplace_back(message); }}};
  std::vector<std::string> told;
};

TEST_F(ScopeTest, PrefixesNamesAndLabelsSeriesOfEveryKind) {
  const Scope part = registry.scope({.prefix = "zeek_", .labels = {{"component", "log"}}});

  part.counter("lines", "Lines.", {"path"}).with("a").inc(2);
  part.gauge("open", "Open.").set(3);
  part.histogram("took_seconds", "Time.", Buckets{1}).observe(0.5);
  part.state_set("mode", "Mode.", {"on", "off"}).set("on");
  part.info("build", "Build.", {{"version", "1"}});
  const auto token = part.gauge_callback("asked", "Asked.", {"of"}, [](Samples<1>& out) { out.add(4, "x"); });
  part.keep_collector([](auto& out) { out.push_back({"given", "Given.", MetricType::Gauge, {{.value = 5}}}); });

  EXPECT_EQ(to_text(registry),
            "# HELP zeek_asked Asked.\n# TYPE zeek_asked gauge\nzeek_asked{component=\"log\",of=\"x\"} 4\n"
            "# HELP zeek_build_info Build.\n# TYPE zeek_build_info gauge\n"
            "zeek_build_info{component=\"log\",version=\"1\"} 1\n"
            "# HELP zeek_given Given.\n# TYPE zeek_given gauge\nzeek_given{component=\"log\"} 5\n"
            "# HELP zeek_lines_total Lines.\n# TYPE zeek_lines_total counter\n"
            "zeek_lines_total{component=\"log\",path=\"a\"} 2\n"
            "# HELP zeek_mode Mode.\n# TYPE zeek_mode gauge\n"
            "zeek_mode{component=\"log\",zeek_mode=\"on\"} 1\nzeek_mode{component=\"log\",zeek_mode=\"off\"} 0\n"
            "# HELP zeek_open Open.\n# TYPE zeek_open gauge\nzeek_open{component=\"log\"} 3\n"
            "# HELP zeek_took_seconds Time.\n# TYPE zeek_took_seconds histogram\n"
            "zeek_took_seconds_bucket{component=\"log\",le=\"1\"} 1\n"
            "zeek_took_seconds_bucket{component=\"log\",le=\"+Inf\"} 1\n"
            "zeek_took_seconds_sum{component=\"log\"} 0.5\nzeek_took_seconds_count{component=\"log\"} 1\n");
  EXPECT_TRUE(told.empty());
}

TEST_F(ScopeTest, OfAScopeHasBothPrefixesAndLabelsInTheirOrder) {
  Registry zoned{{.labels = {{"zone", "a"}}}};
  const Scope outer = zoned.scope({.prefix = "a_", .labels = {{"b", "1"}}});
  const Scope inner = outer.scope({.prefix = "c_", .labels = {{"d", "2"}}});

  inner.counter("e_total", "E.", {"f"}).with(3).inc();

  EXPECT_THAT(to_text(zoned), HasSubstr("\na_c_e_total{zone=\"a\",b=\"1\",d=\"2\",f=\"3\"} 1\n"));
  EXPECT_EQ(value(zoned, "a_c_e_total", {{"b", "1"}, {"d", "2"}, {"f", "3"}}), 1);
}

TEST_F(ScopeTest, OfTheSameOptionsIsTheSame) {
  const ScopeOptions options{.prefix = "a_", .labels = {{"b", "1"}}};

  EXPECT_EQ(&registry.scope(options).counter("c_total", "C."), &registry.scope(options).counter("c_total", "C."));
  EXPECT_EQ(&registry.scope({}).counter("c_total", "C."), &registry.counter("c_total", "C."));
  EXPECT_EQ(&registry.scope({.prefix = "a_"}).scope({.labels = {{"b", "1"}}}).counter("c_total", "C."),
            &registry.scope(options).counter("c_total", "C."));
  EXPECT_EQ(&registry.scope({.prefix = "d_"}).counter("e_total", "E."), &registry.counter("d_e_total", "E."));
}

TEST_F(ScopeTest, GivesOneMetricToThreadsThatDeclareItAtOnce) {
  std::vector<const Counter*> got(4);
  std::vector<std::thread> threads;
  for (auto& counter : got) {
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i)
        counter = &registry.scope({.labels = {{"n", std::to_string(i)}}}).counter("a_total", "A.");
    });
  }
  for (auto& thread : threads) thread.join();

  EXPECT_THAT(got, ::testing::Each(got.front()));
  EXPECT_EQ(registry.snapshot().at(0).metrics.size(), 100);
}

Counter& declare(const Scope& scope) { return scope.counter("a_total", "A."); }
Counter& declare_by_value(Scope scope) { return scope.counter("a_total", "A."); }
Counter& declare_by_reference(Scope& scope) { return scope.counter("a_total", "A."); }

TEST_F(ScopeTest, ServesWhereARegistryDoes) {
  Scope part = registry.scope({.prefix = "b_"});

  EXPECT_EQ(&declare(registry), &declare_by_value(registry));
  EXPECT_EQ(&declare(registry), &declare_by_reference(registry));
  EXPECT_EQ(&declare(part), &declare_by_value(part));
  EXPECT_EQ(&declare(part), &declare_by_reference(part));
  EXPECT_NE(&declare(part), &declare(registry));
  default_registry().scope({.prefix = "scope_test_"}).gauge("of_default", "D.").set(1);
  EXPECT_EQ(value(default_registry(), "scope_test_of_default"), 1);
}

// What two scopes declare, each in its own order.
struct TwoScopesTest : ScopeTest {
  Scope http = registry.scope({.labels = {{"component", "http"}}});
  Scope dns = registry.scope({.labels = {{"component", "dns"}}});
};

TEST_F(TwoScopesTest, DeclareOneMetricTogether) {
  http.counter("lines_total", "Lines.", {"path"}).with("a").inc(1);
  dns.counter("lines_total", "Lines.", {"path"}).with("a").inc(2);
  registry.gauge("m", "M.").set(1);

  EXPECT_EQ(to_text(registry),
            "# HELP lines_total Lines.\n# TYPE lines_total counter\n"
            "lines_total{component=\"dns\",path=\"a\"} 2\nlines_total{component=\"http\",path=\"a\"} 1\n"
            "# HELP m M.\n# TYPE m gauge\nm 1\n");
  EXPECT_EQ(to_openmetrics(registry),
            "# TYPE lines counter\n# HELP lines Lines.\n"
            "lines_total{component=\"dns\",path=\"a\"} 2\nlines_total{component=\"http\",path=\"a\"} 1\n"
            "# TYPE m gauge\n# HELP m M.\nm 1.0\n# EOF\n");
  const auto families = registry.snapshot();
  ASSERT_EQ(families.size(), 2);
  EXPECT_EQ(families[0].metrics.size(), 2);
  std::string of_snapshot;
  expose(families, {.format = Format::Protobuf}, of_snapshot);
  EXPECT_EQ(test::dump_protobuf(to_protobuf(registry)), test::dump_protobuf(of_snapshot));
}

TEST_F(TwoScopesTest, DeclareEveryTypeTogether) {
  for (const Scope& scope : {http, dns}) {
    scope.gauge("a", "A.").set(1);
    scope.histogram("b", "B.", Buckets{1}, Native{}).observe(1, 2);
    scope.summary("c", "C.").observe(1);
    scope.state_set("d", "D.", {"on", "off"}).set("on");
    scope.peak_gauge("e", "E.").observe(1);
    scope.untyped("f", "F.").set(1);
  }

  const auto families = registry.snapshot();
  EXPECT_EQ(families.size(), 6);
  for (const auto& family : families) EXPECT_EQ(family.metrics.size(), 2) << family.name;
  for (const auto format : {Format::Text, Format::OpenMetrics, Format::Protobuf}) {
    std::string of_snapshot;
    std::string of_registry;
    expose(families, {.format = format}, of_snapshot);
    expose(registry, {.format = format}, of_registry);
    EXPECT_EQ(of_registry, of_snapshot);
  }
}

TEST_F(TwoScopesTest, HaveSeriesOfTheirOwn) {
  auto& of_http = http.counter("a_total", "A.", {"x"}, {.max_series = 1});
  auto& of_dns = dns.counter("a_total", "A.", {"x"}, {.max_series = 1});
  register_library_metrics(registry);
  for (const int x : {1, 2, 3}) of_http.with(x).inc(), of_dns.with(x).inc();

  EXPECT_EQ(value(registry, "vitals_series_overflow_total", {{"family", "a_total"}}), 4);
  EXPECT_EQ(of_http.clear(), 2);
  EXPECT_EQ(value(registry, "a_total", {{"component", "http"}, {"x", "1"}}), std::nullopt);
  EXPECT_EQ(value(registry, "a_total", {{"component", "dns"}, {"x", "1"}}), 1);
}

TEST_F(TwoScopesTest, AreRefusedWhatDiffersAndSaysBoth) {
  http.histogram("took_seconds", "Time.", {"path"}, Buckets{1, 2});
  const auto message = [&](const auto& declare) { return refused([&] { declare(dns); }); };
  const auto both = AllOf(HasSubstr("metric \"took_seconds{component=\"dns\"}\": "),
                          HasSubstr("registered before as \"took_seconds{component=\"http\"}\" with "));

  EXPECT_THAT(message([](auto& s) { s.gauge("took_seconds", "Time.", {"path"}); }),
              AllOf(both, HasSubstr("type histogram, now with gauge")));
  EXPECT_THAT(message([](auto& s) {
                s.histogram("took_seconds", "Times.", {"path"}, Buckets{1, 2});
              }),
              AllOf(both, HasSubstr("help text")));
  EXPECT_THAT(message([](auto& s) {
                s.histogram("took_seconds", "Time.", {"path"}, Buckets{1, 2}, {.unit = "seconds"});
              }),
              AllOf(both, HasSubstr("unit")));
  EXPECT_THAT(message([](auto& s) {
                s.histogram("took_seconds", "Time.", {"way"}, Buckets{1, 2});
              }),
              AllOf(both, HasSubstr("labels {path}, now with {way}")));
  EXPECT_THAT(message([](auto& s) {
                s.histogram("took_seconds", "Time.", Buckets{1, 2});
              }),
              AllOf(both, HasSubstr("labels {path}, now with {}")));
  EXPECT_THAT(message([](auto& s) { s.histogram("took_seconds", "Time.", {"path"}, Buckets{1}); }),
              AllOf(both, HasSubstr("bucket bounds {1, 2}, now with {1}")));
  const auto families = registry.snapshot();
  EXPECT_TRUE(families.empty());
}

TEST_F(TwoScopesTest, MustHaveLabelsOfTheSameNames) {
  http.counter("a_total", "A.");
  const auto other = registry.scope({.labels = {{"part", "x"}}});
  const auto deeper = http.scope({.labels = {{"part", "x"}}});
  const auto turned = registry.scope({.labels = {{"part", "x"}, {"component", "http"}}});
  deeper.counter("b_total", "B.");

  EXPECT_THAT(refused([&] { registry.counter("a_total", "A."); }),
              AllOf(HasSubstr("metric \"a_total\": registered before as \"a_total{component=\"http\"}\""),
                    HasSubstr("constant labels {component}, now with {}; give the scopes")));
  EXPECT_THAT(refused([&] { other.counter("a_total", "A."); }), HasSubstr("now with {part}"));
  EXPECT_THAT(refused([&] { deeper.counter("a_total", "A."); }), HasSubstr("now with {component, part}"));
  EXPECT_THAT(refused([&] { turned.counter("b_total", "B."); }),
              HasSubstr("constant labels {component, part}, now with {part, component}"));
  EXPECT_THAT(refused([&] { http.counter("a_total", "A.", {"part"}); }), HasSubstr("labels {}, now with {part}"));
}

TEST_F(TwoScopesTest, ClashWithOtherNamesOnce) {
  http.counter("a_total", "A.");

  EXPECT_THAT(refused([&] { dns.gauge("a", "A."); }),
              AllOf(HasSubstr("metric \"a{component=\"dns\"}\""),
                    HasSubstr("would clash with that of metric \"a_total{component=\"http\"}\"")));
  EXPECT_THAT(refused([&] { (void)dns.gauge_callback("a_total", "A.", [] { return 1.0; }); }),
              AllOf(HasSubstr("metric \"a_total{component=\"dns\"}\""),
                    HasSubstr("another kind of metric, a callback or an info, \"a_total{component=\"http\"}\"; use")));
  EXPECT_THAT(refused([&] { dns.info("a_total", "A.", {}); }), HasSubstr("would clash"));
}

TEST_F(TwoScopesTest, HaveCallbacksOfTheSameName) {
  auto of_http = http.gauge_callback("a", "A.", {"x"}, [](auto& out) { out.add(1, "y"); });
  {
    const auto of_dns = dns.gauge_callback("a", "A.", {"x"}, [](auto& out) { out.add(2, "y"); });
    EXPECT_EQ(to_text(registry),
              "# HELP a A.\n# TYPE a gauge\na{component=\"dns\",x=\"y\"} 2\na{component=\"http\",x=\"y\"} 1\n");
    EXPECT_THAT(refused([&] { (void)dns.gauge_callback("a", "A.", {"x"}, [](Samples<1>&) {}); }),
                AllOf(HasSubstr("a{component=\"dns\"}"), HasSubstr("a callback of that name is registered")));
  }
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{component=\"http\",x=\"y\"} 1\n");
  EXPECT_THAT(refused([&] { (void)dns.gauge_callback("a", "B.", {"x"}, [](Samples<1>&) {}); }),
              AllOf(HasSubstr("a{component=\"dns\"}"), HasSubstr("as \"a{component=\"http\"}\" with help text")));
  EXPECT_THAT(refused([&] { (void)dns.gauge_callback("a", "A.", [] { return 1.0; }); }), HasSubstr("labels {x}"));
  EXPECT_THAT(refused([&] { registry.gauge("a", "A."); }), HasSubstr("another kind of metric"));

  of_http = http.gauge_callback("b", "B.", [] { return 3.0; });
  registry.gauge("a", "A.").set(4);  // the name is free
  EXPECT_EQ(to_text(registry),
            "# HELP a A.\n# TYPE a gauge\na 4\n# HELP b B.\n# TYPE b gauge\nb{component=\"http\"} 3\n");
}

TEST_F(TwoScopesTest, HaveInfosOfTheSameName) {
  auto& of_http = http.info("a", "A.", {{"version", "1"}});
  auto& of_dns = dns.info("a", "A.", {{"revision", "2"}});
  EXPECT_EQ(&http.info("a", "A.", {{"version", "1"}}), &of_http);
  EXPECT_NE(&of_http, &of_dns);

  of_dns.set({{"revision", "3"}});
  EXPECT_EQ(to_openmetrics(registry),
            "# TYPE a info\n# HELP a A.\na_info{component=\"dns\",revision=\"3\"} 1\n"
            "a_info{component=\"http\",version=\"1\"} 1\n# EOF\n");
  EXPECT_THAT(refused([&] { registry.info("a", "A.", {}); }), HasSubstr("constant labels {component}, now with {}"));
  EXPECT_THAT(refused([&] {
                of_dns.set({{"component", "x"}});
              }),
              AllOf(HasSubstr("a_info{component=\"dns\"}"), HasSubstr("by the metric and by the scope {component=")));
  EXPECT_THAT(refused([&] { dns.info("a", "A.", {{"revision", "4"}}); }), HasSubstr("registered before"));
  EXPECT_THAT(refused([&] { (void)http.gauge_callback("a_info", "A.", [] { return 1.0; }); }),
              HasSubstr("another kind of metric"));
}

TEST_F(TwoScopesTest, HaveCollectorsThatGiveTheSameName) {
  const auto gives = [](double v) {
    return [v](auto& out) { out.push_back({"a", "A.", MetricType::Gauge, {{.value = v}}}); };
  };
  http.keep_collector(gives(1));
  dns.keep_collector(gives(2));
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{component=\"dns\"} 2\na{component=\"http\"} 1\n");
  EXPECT_TRUE(told.empty());

  http.keep_collector(gives(3));  // again of one scope
  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{component=\"dns\"} 2\na{component=\"http\"} 1\n");
  EXPECT_THAT(told, ElementsAre(AllOf(HasSubstr("a{component=\"http\"}"), HasSubstr("would clash"))));
}

TEST_F(TwoScopesTest, HaveCollectorsOfWhichWhatDiffersIsLeftOut) {
  const auto gives = [](std::string help, MetricType type) {
    return [=](auto& out) { out.push_back({"a", help, type, {{.value = 1}}}); };
  };
  dns.keep_collector(gives("A.", MetricType::Gauge));
  http.keep_collector(gives("B.", MetricType::Gauge));
  registry.scope({.labels = {{"component", "x"}}}).keep_collector(gives("A.", MetricType::Untyped));
  registry.scope({.labels = {{"z", "z"}}}).keep_collector(gives("A.", MetricType::Gauge));

  EXPECT_EQ(to_text(registry), "# HELP a A.\n# TYPE a gauge\na{component=\"dns\"} 1\n");
  const auto names_both = [](std::string labels) {
    return AllOf(HasSubstr("metric \"a{" + labels + "}\""), HasSubstr("there as \"a{component=\"dns\"}\""));
  };
  EXPECT_THAT(told,
              ElementsAre(names_both("component=\"http\""), names_both("component=\"x\""), names_both("z=\"z\"")));
}

TEST_F(ScopeTest, RefusesNamesThatThePrefixMakesIllegal) {
  EXPECT_THAT(refused([&] { registry.scope({.prefix = "9"}).gauge("a", "A."); }),
              AllOf(HasSubstr("metric \"9a\""), HasSubstr("must match")));
  EXPECT_THAT(refused([&] { registry.scope({.prefix = "a-"}).counter("b", "B.", {"c"}); }),
              HasSubstr("metric \"a-b\""));
  EXPECT_THAT(refused([&] { registry.scope({.prefix = "a-"}).info("b", "B.", {}); }), HasSubstr("metric \"a-b\""));
  EXPECT_THAT(refused([&] { (void)registry.scope({.prefix = "a-"}).gauge_callback("b", "B.", [] { return 1.0; }); }),
              HasSubstr("metric \"a-b\""));
  registry.scope({.prefix = "a-"}).keep_collector([](auto& out) {
    out.push_back({"b", "B.", MetricType::Gauge, {{.value = 1}}});
  });
  EXPECT_EQ(to_text(registry), "");
  EXPECT_THAT(told, ElementsAre(AllOf(HasSubstr("metric \"a-b\""), HasSubstr("no metric name"))));
}

TEST_F(ScopeTest, RefusesLabelsThatCantBe) {
  Registry zoned{{.labels = {{"zone", "a"}}}};
  const auto part = zoned.scope({.labels = {{"component", "log"}}});

  EXPECT_THAT(refused([&] {
                (void)zoned.scope({.labels = {{"a-b", "1"}}});
              }),
              AllOf(HasSubstr("scope {a-b=\"1\"}"), HasSubstr("must match")));
  EXPECT_THAT(refused([&] { (void)zoned.scope({.labels = {{"le", "1"}}}); }), HasSubstr("reserved for the buckets"));
  EXPECT_THAT(refused([&] { (void)zoned.scope({.labels = {{"a", "1"}, {"a", "2"}}}); }), HasSubstr("declared twice"));
  EXPECT_THAT(refused([&] {
                (void)zoned.scope({.labels = {{"zone", "b"}}});
              }),
              HasSubstr("label \"zone\": declared twice, by this scope and by RegistryOptions::labels"));
  EXPECT_THAT(refused([&] {
                (void)part.scope({.labels = {{"component", "b"}}});
              }),
              HasSubstr("declared twice, by this scope and by the scope {component=\"log\"}"));
  EXPECT_THAT(refused([&] { part.counter("a_total", "A.", {"component"}); }),
              AllOf(HasSubstr("metric \"a_total{component=\"log\"}\""),
                    HasSubstr("declared twice, by the metric and by the scope {component=\"log\"}")));
  EXPECT_THAT(refused([&] { part.counter("a_total", "A.", {"zone"}); }),
              HasSubstr("declared twice, by the metric and by RegistryOptions::labels"));
  EXPECT_THAT(refused([&] { (void)part.gauge_callback("a", "A.", {"component"}, [](Samples<1>&) {}); }),
              HasSubstr("declared twice, by the metric and by the scope"));
  EXPECT_THAT(refused([&] { part.state_set("component", "C.", {"on"}); }), HasSubstr("reserved for the states"));
}

TEST_F(ScopeTest, JudgesTheWholeName) {
  std::vector<std::string> rules;
  Registry judged{
      {.on_lint = [&](const LintProblem& problem) { rules.push_back(problem.metric + ": " + problem.rule); }}};

  judged.scope({.prefix = "jobsDone_"}).counter("a_total", "A.");
  judged.scope({.prefix = "good_"}).counter("a_total", "A.");

  EXPECT_THAT(rules, ElementsAre("jobsDone_a_total: camel-case"));
}

TEST_F(ScopeTest, HasNamesAndValuesInUtf8) {
  Registry utf8{{.utf8_names = true}};
  const auto part = utf8.scope({.prefix = "my.", .labels = {{"part.name", "a\xFF\"b"}}});
  part.counter("lines", "Lines.").inc();

  std::string text;
  expose(utf8, {.format = Format::Text, .escaping = Escaping::Utf8}, text);
  EXPECT_THAT(text, HasSubstr("{\"my.lines_total\",\"part.name\"=\"a\xEF\xBF\xBD\\\"b\"} 1\n"));
  EXPECT_THAT(to_text(utf8), HasSubstr("\nmy_lines_total{part_name=\"a\xEF\xBF\xBD\\\"b\"} 1\n"));
  EXPECT_THAT(refused([&] { part.counter("lines", "Lines.", {"part_name"}); }), Not(HasSubstr("nothing")));
  EXPECT_THAT(refused([&] {
                (void)part.scope({.labels = {{"part_name", "a"}}});
              }),
              HasSubstr("where names are escaped"));
}

}  // namespace
}  // namespace vitals
