#include "tool/check/targets.hpp"

#include <algorithm>
#include <random>
#include <string>

#include <gmock/gmock.h>

#include <vitals/buckets.hpp>

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(const std::string& yaml) {
  try {
    parse_targets(yaml, "t.yml");
  } catch (const TargetsError& error) {
    return error.what();
  }
  return "no error";
}

/// A file with one good target and the lines added to it.
std::string file_with(const std::string& lines) {
  return "targets:\n  - name: a\n    measure: p95\n    of: m_seconds\n    below: 150ms\n" + lines;
}

// Between two bounds they could only be met by an estimate, which is a warning.
TEST(Targets, BuiltInResponseTimesAreBoundsOfVitalsOwnBuckets) {
  const auto buckets = Buckets::latency();
  const auto is_bound = testing::AnyOfArray(buckets.bounds().begin(), buckets.bounds().end());

  int seen = 0;
  for (const auto& target : parse_targets(builtin_targets(), "built-in").targets) {
    if (target.metric != "http_request_duration_seconds") continue;
    ++seen;
    EXPECT_THAT(target.bound.value, is_bound) << target.name;
    EXPECT_THAT(target.critical.value().value, is_bound) << target.name;
  }
  EXPECT_EQ(seen, 3);
}

TEST(Targets, ReadsEveryKey) {
  const auto targets = parse_targets(R"(
min_samples: 5
except: {endpoint: /metrics}
targets:
  - name: errors
    measure: ratio
    of: http_requests_total
    select: [GET /a, {method: [POST, PUT], endpoint: /b*}]
    except: {status: 404}
    part: {status: 5*}
    each: [method, endpoint]
    below: 0.1%
    critical: 1%
    too_few_samples: skip
    note: text
)",
                                     "t.yml");

  EXPECT_EQ(targets.min_samples, 5U);
  const auto& target = targets.targets.at(0);
  EXPECT_EQ(target.name, "errors");
  EXPECT_EQ(target.measure, Measure::Ratio);
  EXPECT_EQ(target.metric, "http_requests_total");
  EXPECT_TRUE(target.select->matches({{"endpoint", "/a"}, {"method", "GET"}}));
  EXPECT_TRUE(target.select->matches({{"endpoint", "/bc"}, {"method", "PUT"}}));
  EXPECT_FALSE(target.select->matches({{"endpoint", "/bc"}, {"method", "GET"}}));
  EXPECT_TRUE(target.except.matches({{"endpoint", "/metrics"}}));
  EXPECT_TRUE(target.except.matches({{"status", "404"}}));
  EXPECT_TRUE(target.part.matches({{"status", "503"}}));
  EXPECT_THAT(target.each, testing::ElementsAre("method", "endpoint"));
  EXPECT_TRUE(target.below);
  EXPECT_EQ(target.bound.value, 0.001);
  EXPECT_EQ(target.bound.text, "0.1%");
  EXPECT_EQ(target.critical->value, 0.01);
  EXPECT_TRUE(target.skip_few);
  EXPECT_EQ(target.note, "text");
}

TEST(Targets, BuiltInOnesLeaveOutWhatTheServiceDoesNotHave) {
  const auto targets = parse_targets(builtin_targets(), "built-in");

  EXPECT_EQ(targets.targets.size(), 9U);
  EXPECT_EQ(targets.min_samples, 20U);
  for (const auto& target : targets.targets) EXPECT_TRUE(target.leave_out_missing) << target.name;
}

TEST(Targets, UnitFollowsFromTheMetricsNameOrElseFromTheThreshold) {
  const auto one = [](const std::string& yaml) {
    return parse_targets("targets: [{name: t, " + yaml + "}]", "t.yml").targets.at(0);
  };

  EXPECT_EQ(one("measure: p95, of: h, below: 50").bound_unit, Unit::Number);
  EXPECT_EQ(one("measure: p95, of: h_bytes, below: 64KiB, critical: 1MiB").bound_unit, Unit::Bytes);
  EXPECT_EQ(one("measure: gauge, of: g, below: 80%").bound_unit, Unit::Ratio);
  EXPECT_EQ(one("measure: gauge, of: g, above: 2").measure, Measure::Gauge);
  EXPECT_EQ(one("measure: gauge, of: g_seconds, below: 2h").bound.value, 7200);
  const auto error = [](const std::string& yaml) { return error_of("targets: [{name: t, " + yaml + "}]"); };
  EXPECT_THAT(error("measure: p95, of: h_bytes, below: 1s"), HasSubstr("a percentile of h_bytes needs a size such as"));
  EXPECT_THAT(error("measure: gauge, of: g_seconds, below: 5"), HasSubstr("a gauge of g_seconds needs a time such as"));
  EXPECT_THAT(error("measure: gauge, of: g, below: 5/s"), HasSubstr("needs a time, a size, a percentage or a plain"));
  EXPECT_THAT(error("measure: p95, of: h, below: 5, critical: 6s"), HasSubstr("needs a plain number"));
  EXPECT_THAT(error("measure: guage, of: g, below: 5"), HasSubstr("did you mean 'gauge'?"));
}

TEST(Targets, ListsInListsAreFlattenedSoThatAnchorsCanBeShared) {
  const auto targets = parse_targets(
      file_with(
          "    select: &x [GET /a, GET /b]\n  - {name: b, measure: p50, of: m, below: 1s, except: [*x, [GET /c]]}\n"),
      "t.yml");

  EXPECT_EQ(targets.targets.at(1).except.clauses.size(), 3U);
}

TEST(Targets, ErrorsNameFileLineColumnRuleAndFix) {
  EXPECT_EQ(error_of(file_with("    treshold: 1s\n")),
            "t.yml:6:5: unknown key 'treshold'; the keys of a target are name, measure, of, select, except, each, "
            "part, below, "
            "above, critical, too_few_samples, if_missing, note");
  EXPECT_THAT(error_of(file_with("    citical: 1s\n")),
              StartsWith("t.yml:6:5: unknown key 'citical'; did you mean 'critical'?; the keys of a target are"));
  EXPECT_EQ(error_of(file_with("    critical: 1\n")),
            "t.yml:6:15: '1' has the wrong unit; a percentile of m_seconds needs a time such as 50ms");
  EXPECT_EQ(error_of(file_with("    critical: 1%\n")),
            "t.yml:6:15: '1%' has the wrong unit; a percentile of m_seconds needs a time such as 50ms");
  EXPECT_EQ(error_of(file_with("    critical: 100ms\n")),
            "t.yml:6:15: 'critical' must not be stricter than the target, 150ms");
  EXPECT_EQ(error_of(file_with("    below: 1s\n")), "t.yml:6:5: key 'below' comes twice; remove one");
  EXPECT_EQ(error_of(file_with("    above: 1s\n")), "t.yml:2:5: a target has either 'below' or 'above'");
  EXPECT_EQ(error_of(file_with("  - {name: a, measure: p50, of: m, below: 1s}\n")),
            "t.yml:6:12: a second target is called 'a'; names must differ");
  EXPECT_EQ(error_of(file_with("    select: /a\n")),
            "t.yml:6:13: '/a' is no route; write a method, a blank and a route: GET /api/v1/clients");
  EXPECT_EQ(error_of(file_with("    too_few_samples: ok\n")), "t.yml:6:22: 'too_few_samples' must be skip or unknown");
  EXPECT_EQ(error_of(file_with("    part: {a: b}\n")),
            "t.yml:6:11: 'part' belongs to 'measure: ratio': the series that are counted of all");
}

TEST(Targets, TellsAllMistakesInTheOrderOfTheFile) {
  EXPECT_EQ(error_of(R"(min_samples: none
except: /metrics
targets:
  - name: a
    mesure: p95
    of: m_seconds
    below: 150
    critical: soon
  - {name: a, measure: p95, of: m_seconds, below: 1, critical: 1%, select: {x-y: 1, z: []}, each: [a-b, c-d]}
  - 5
  - {name: b, measure: ratio, of: m_total, above: 1%, below: 2%, critical: 3/s, too_few_samples: ok, if_missing: ok}
  - {name: c, measure: gauge, of: g, below: x, critical: 5/s, note: [], select: [a, {b: {}}, []]}
targetz: 1
)"),
            R"(t.yml:1:14: 'min_samples' must be a whole number above 0
t.yml:2:9: '/metrics' is no route; write a method, a blank and a route: GET /api/v1/clients
t.yml:4:5: the target has no 'measure'; add it
t.yml:5:5: unknown key 'mesure'; did you mean 'measure'?; the keys of a target are name, measure, of, select, except, each, part, below, above, critical, too_few_samples, if_missing, note
t.yml:8:15: 'soon' is not a positive decimal number with a unit; write a number and its unit: 50ms, 1.5s, 2m, 64KiB, 0.1% or 100/s
t.yml:9:12: a second target is called 'a'; names must differ
t.yml:9:51: '1' has the wrong unit; a percentile of m_seconds needs a time such as 50ms
t.yml:9:64: '1%' has the wrong unit; a percentile of m_seconds needs a time such as 50ms
t.yml:9:77: 'x-y' is no label name
t.yml:9:88: the value of z must be one value that is not empty; quote what begins with ! or *
t.yml:9:100: 'a-b' is no label name
t.yml:9:105: 'c-d' is no label name
t.yml:10:5: a target must be a map with name, measure, of, and below or above
t.yml:11:5: a target has either 'below' or 'above'
t.yml:11:24: 'part' belongs to 'measure: ratio': the series that are counted of all
t.yml:11:76: '3/s' has the wrong unit; a ratio of m_total needs a percentage such as 0.1%
t.yml:11:98: 'too_few_samples' must be skip or unknown
t.yml:11:114: 'if_missing' must be leave_out or unknown
t.yml:12:45: 'x' is not a positive decimal number with a unit; write a number and its unit: 50ms, 1.5s, 2m, 64KiB, 0.1% or 100/s
t.yml:12:58: '5/s' has the wrong unit; a gauge of g needs a time, a size, a percentage or a plain number
t.yml:12:69: 'note' must be one value that is not empty; quote what begins with ! or *
t.yml:12:82: 'a' is no route; write a method, a blank and a route: GET /api/v1/clients
t.yml:12:89: the value of b must be one value that is not empty; quote what begins with ! or *
t.yml:12:94: must be labels such as {status: 5*}, a route such as GET /api/v1/clients, or a list of these
t.yml:13:1: unknown key 'targetz'; did you mean 'targets'?; the keys of the file are min_samples, except, targets)");
}

TEST(Targets, AMistakeInBracketsHidesNoOthers) {
  const auto error = error_of(R"(targets:
  - {name: a, measure: p95, of: m, below: 1s, select: [GET /{id}], ech: [a]}
  - {name: b, measure: p95, of: m, below: 1s, select: GET /{id}, ech: [a]}
  - {name: c, measure: p95, of: m}
)");

  EXPECT_THAT(error, StartsWith("t.yml:2:61: end of sequence flow not found; mend the YAML, and quote values"));
  EXPECT_THAT(error, HasSubstr("\nt.yml:2:68: unknown key 'ech'; did you mean 'each'?"));
  EXPECT_THAT(error, HasSubstr("\nt.yml:3:60: end of map flow not found; mend the YAML"));
  EXPECT_THAT(error, testing::EndsWith("\nt.yml:4:5: a target has either 'below' or 'above'"));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 3);
}

TEST(Targets, TellsAMistakeOnceHoweverOftenItIsRead) {
  EXPECT_EQ(error_of(file_with("    select: &x [/a]\n  - {name: b, measure: p50, of: m, below: 1s, except: *x}\n")),
            "t.yml:6:17: '/a' is no route; write a method, a blank and a route: GET /api/v1/clients");
}

TEST(Targets, TellsAtMostAHundredMistakes) {
  std::string yaml = "targets:\n";
  for (int i = 0; i < 103; ++i) yaml += "  - 5\n";

  const auto error = error_of(yaml);

  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 100);
  EXPECT_THAT(error, testing::EndsWith("\nand 3 more"));
}

TEST(Targets, RejectsAnIncompleteOrWrongTarget) {
  const auto error = [](const std::string& target) { return error_of("targets: [{" + target + "}]"); };

  EXPECT_THAT(error("measure: p95, of: m, below: 1s"), HasSubstr("has no 'name'; add it"));
  EXPECT_THAT(error("name: a, of: m, below: 1s"), HasSubstr("has no 'measure'; add it"));
  EXPECT_THAT(error("name: a, measure: p95, below: 1s"), HasSubstr("has no 'of'; add it"));
  EXPECT_THAT(error("name: a, measure: p95, of: m"), HasSubstr("either 'below' or 'above'"));
  EXPECT_THAT(error("name: a, measure: p95, of: m, above: 1s"), HasSubstr("a percentile has 'below'"));
  EXPECT_THAT(error("name: a, measure: ratio, of: m, below: 1%"), HasSubstr("'part' belongs to"));
  EXPECT_THAT(error("name: a, measure: ratio, of: m, part: {a: b}, below: 1s"),
              HasSubstr("a ratio of m needs a percentage"));
  EXPECT_THAT(error("name: a, measure: rate, of: m, above: 1s"), HasSubstr("a rate of m needs a rate such as 100/s"));
  for (const auto* measure : {"p100", "p0", "95", "mean", "p", "p1e1", "pnan", "p-5"}) {
    EXPECT_THAT(error(std::string("name: a, of: m, below: 1s, measure: ") + measure),
                HasSubstr("percentile such as p95"))
        << measure;
  }
  EXPECT_THAT(error("name: a, measure: p95, of: m_bucket, below: 1s"), HasSubstr("without _bucket"));
  EXPECT_THAT(error("name: a, measure: p95, of: 'm{x=1}', below: 1s"), HasSubstr("put labels under 'select'"));
  EXPECT_THAT(error("name: a, measure: p95, of: m, below: 1s, select: {}"), HasSubstr("a list of these"));
  EXPECT_THAT(error("name: a, measure: p95, of: m, below: 1s, select: {x: }"), HasSubstr("not empty"));
  EXPECT_THAT(error("name: a, measure: p95, of: m, below: 1s, select: {x-y: 1}"), HasSubstr("'x-y' is no label name"));
  EXPECT_THAT(error("name: a, measure: p95, of: m, below: 1s, each: method"), HasSubstr("list of label names"));
}

TEST(Targets, RejectsWhatIsNoTargetsFile) {
  EXPECT_EQ(error_of(""), "t.yml:1:1: must be one YAML map with the key 'targets'");
  EXPECT_EQ(error_of("- a\n"), "t.yml:1:1: must be one YAML map with the key 'targets'");
  EXPECT_EQ(error_of("targets: []\n"), "t.yml:1:10: 'targets' must be a list of targets");
  EXPECT_EQ(error_of("min_samples: 5\n"), "t.yml:1:1: 'targets' must be a list of targets");
  EXPECT_EQ(error_of("targets: [a]\n"),
            "t.yml:1:11: a target must be a map with name, measure, of, and below or above");
  EXPECT_THAT(error_of("min_samples: -1\ntargets: [{}]\n"),
              StartsWith("t.yml:1:14: 'min_samples' must be a whole number"));
  EXPECT_THAT(error_of("a: b: c\n"), StartsWith("t.yml:1:5: "));
  EXPECT_THAT(error_of("targets: *nowhere\n"), StartsWith("t.yml:1:"));
  EXPECT_EQ(error_of("a: 1\n---\nb: 2\n"), "t.yml:1:1: must be one YAML map with the key 'targets'");
}

TEST(Targets, BoundsWhatAliasesCanMake) {
  std::string bomb =
      "except:\n  - &a0 [GET /a, GET /b, GET /c, GET /d, GET /e, GET /f, GET /g, GET /h, GET /i, GET /j]\n";
  for (int i = 1; i < 6; ++i) {
    bomb += "  - &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += "*a" + std::to_string(i - 1) + ",";
    bomb += "]\n";
  }

  EXPECT_THAT(error_of(bomb + "targets: [{}]\n"), HasSubstr("the selector is too large"));
  EXPECT_THAT(error_of("except: &a [GET /a, *a]\ntargets: [{}]\n"), StartsWith("t.yml:1:"));
}

TEST(Targets, SurviveMutations) {
  const std::string original(builtin_targets());
  std::mt19937_64 random(21);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  constexpr std::string_view kBytes = "\n :-[]{}&*!#'\"%,\t0a\x80";
  int refused = 0;

  for (int round = 0; round < 500; ++round) {
    auto text = original;
    for (auto n = 1 + below(3); n > 0; --n) text[below(text.size())] = kBytes[below(kBytes.size())];
    const auto error = error_of(text);
    if (error != "no error") {
      ++refused;
      EXPECT_THAT(error, StartsWith("t.yml:"));
    }
  }

  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace vitals::tool
