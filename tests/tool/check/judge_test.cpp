#include "tool/check/judge.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

using testing::HasSubstr;

/// Judges one target on two expositions.
Row judge_one(const std::string& yaml, const std::string& before, const std::string& after,
              std::optional<double> seconds = 10) {
  static Targets targets;  // rows refer to it
  targets = parse_targets("targets:\n  - {name: t, " + yaml + "}\n", "t.yml");
  const Names wanted{"h_bucket", "c_total"};
  const auto first = Scrape::parse(before, wanted);
  const auto second = Scrape::parse(after, wanted);
  return judge(targets, {first, second, seconds}).rows.at(0);
}

/// A histogram with bounds 0.1, 0.2, 0.5 and +Inf; the counts are cumulative.
std::string histogram(const std::string& labels, int to_100ms, int to_200ms, int to_500ms, int all) {
  std::string out;
  const auto bucket = [&](const char* le, int count) {
    out += "h_bucket{" + labels + "le=\"" + le + "\"} " + std::to_string(count) + "\n";
  };
  bucket("0.1", to_100ms);
  bucket("0.2", to_200ms);
  bucket("0.5", to_500ms);
  bucket("+Inf", all);
  return out;
}

std::string counter(const std::string& labels, int value) {
  return "c_total{" + labels + "} " + std::to_string(value) + "\n";
}

const std::string kP95 = "measure: p95, of: h, below: 200ms, critical: 500ms";
const std::string kErrors = "measure: ratio, of: c_total, part: {status: 5*}, below: 1%, critical: 10%";

TEST(Judge, PercentileOnTheTargetsBoundIsMet) {
  const auto row = judge_one(kP95, "", histogram("", 50, 95, 99, 100));

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_FALSE(row.interpolated);
  EXPECT_DOUBLE_EQ(*row.value, 0.2);
  EXPECT_EQ(row.within, 0.95);
  EXPECT_EQ(row.samples, 100);
}

TEST(Judge, OneEventMoreBeyondTheBoundMissesTheTarget) {
  EXPECT_EQ(judge_one(kP95, "", histogram("", 50, 94, 99, 100)).verdict, Verdict::Warning);
  EXPECT_EQ(judge_one(kP95, "", histogram("", 50, 60, 95, 100)).verdict, Verdict::Warning);
  EXPECT_EQ(judge_one(kP95, "", histogram("", 50, 60, 94, 100)).verdict, Verdict::Critical);
}

// 0.07 * 100 is 7.000000000000001: a rank computed that way would miss the bucket that holds exactly 7 of 100.
TEST(Judge, IsImmuneToTheRoundingOfTheRank) {
  const auto row = judge_one("measure: p7, of: h, below: 100ms", "", histogram("", 7, 100, 100, 100));

  EXPECT_EQ(row.verdict, Verdict::Ok);
}

TEST(Judge, OnlyTheGrowthWithinTheWindowCounts) {
  const auto row = judge_one(kP95, histogram("", 0, 0, 0, 1000), histogram("", 100, 100, 100, 1100));

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_EQ(row.samples, 100);
}

TEST(Judge, ThresholdInsideThePercentilesBucketIsAnEstimate) {
  const auto over = judge_one("measure: p95, of: h, below: 300ms", "", histogram("", 50, 60, 100, 100));
  const auto under = judge_one("measure: p95, of: h, below: 490ms", "", histogram("", 50, 60, 100, 100));

  EXPECT_TRUE(over.interpolated);
  EXPECT_EQ(over.verdict, Verdict::Warning);
  EXPECT_TRUE(under.interpolated);
  EXPECT_FALSE(under.within.has_value());
}

// All 4,000 requests may have taken 1 s: what nothing but interpolation shows is no proof.
TEST(Judge, EstimateOfAClassicHistogramNeverMeetsATarget) {
  const auto buckets = [](int n) {
    const auto count = std::to_string(n) + "\n";
    return "h_bucket{le=\"1\"} " + count + "h_bucket{le=\"10\"} " + count + "h_bucket{le=\"+Inf\"} " + count;
  };
  const std::string p95 = "measure: p95, of: h, below: 955ms";

  const auto row = judge_one(p95, "", buckets(4000));
  EXPECT_EQ(row.verdict, Verdict::Warning);
  EXPECT_TRUE(row.interpolated);
  EXPECT_EQ(row.note, "met by an estimate alone: 955ms is no bucket bound");
  EXPECT_EQ(judge_one(p95, "", buckets(58)).note, "58 of 59 samples needed");
  EXPECT_EQ(judge_one("measure: p95, of: h, below: 945ms", "", buckets(4000)).note, "");
  EXPECT_EQ(judge_one("measure: p95, of: h, below: 1s", "", buckets(4000)).verdict, Verdict::Ok);
  EXPECT_EQ(judge_one(p95 + ", critical: 960ms", "", buckets(4000)).verdict, Verdict::Warning);
  EXPECT_EQ(judge_one("measure: p95, of: h, below: 900ms, critical: 940ms", "", buckets(4000)).verdict,
            Verdict::Critical);
}

TEST(Judge, ThresholdInAnotherBucketThanThePercentileIsExact) {
  const auto under = judge_one("measure: p95, of: h, below: 300ms", "", histogram("", 50, 96, 100, 100));
  const auto over = judge_one("measure: p95, of: h, below: 150ms", "", histogram("", 50, 60, 100, 100));

  EXPECT_FALSE(under.interpolated);
  EXPECT_EQ(under.verdict, Verdict::Ok);
  EXPECT_FALSE(over.interpolated);
  EXPECT_EQ(over.verdict, Verdict::Warning);
}

TEST(Judge, PercentileAboveTheLastBoundCanOnlyFailOrBeUnknown) {
  const auto fails = judge_one("measure: p95, of: h, below: 200ms", "", histogram("", 0, 0, 0, 100));
  const auto unknown = judge_one("measure: p95, of: h, below: 2s", "", histogram("", 0, 0, 0, 100));
  const auto critical_unknown =
      judge_one("measure: p95, of: h, below: 200ms, critical: 2s", "", histogram("", 0, 0, 0, 100));

  EXPECT_EQ(fails.verdict, Verdict::Warning);
  EXPECT_TRUE(fails.value_is_floor);
  EXPECT_EQ(*fails.value, 0.5);
  EXPECT_EQ(unknown.verdict, Verdict::Unknown);
  EXPECT_EQ(critical_unknown.verdict, Verdict::Unknown);
}

TEST(Judge, ComparesBoundsAsNumbers) {
  const std::string buckets =
      "h_bucket{a=\"1\",le=\"2e-1\"} 60\nh_bucket{a=\"1\",le=\"1.0\"} 100\nh_bucket{a=\"1\",le=\"+Inf\"} 100\n"
      "h_bucket{a=\"2\",le=\"0.20\"} 40\nh_bucket{a=\"2\",le=\"1\"} 40\nh_bucket{a=\"2\",le=\"Inf\"} 40\n";

  const auto row = judge_one("measure: p50, of: h, below: 200ms", "", buckets);

  EXPECT_EQ(row.within, 100.0 / 140.0);
  EXPECT_EQ(row.verdict, Verdict::Ok);
}

TEST(Judge, HistogramsThatCantBeSummedAreUnknown) {
  const std::string other = "h_bucket{a=\"2\",le=\"0.3\"} 40\nh_bucket{a=\"2\",le=\"+Inf\"} 40\n";

  EXPECT_THAT(judge_one(kP95, "", histogram("a=\"1\",", 50, 95, 99, 100) + other).note,
              HasSubstr("no bound in common"));
  EXPECT_THAT(judge_one(kP95, "", "h_bucket{le=\"1\"} 50\nh_bucket{le=\"2\"} 50\n").note, HasSubstr("no +Inf bucket"));
  EXPECT_THAT(judge_one(kP95, "", "h_bucket{le=\"+Inf\"} 50\n").note, HasSubstr("no +Inf bucket or no other"));
  EXPECT_THAT(judge_one(kP95, "", "h_bucket{le=\"\"} 50\n").note, HasSubstr("no number"));
  EXPECT_THAT(judge_one(kP95, "", "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\n").note, HasSubstr("twice"));
}

// Counts are exact at the bounds that all of them have, and so are verdicts there.
TEST(Judge, HistogramsAreSummedOnTheBoundsThatTheyShare) {
  const auto other = [](int to_200ms, int all) {
    return "h_bucket{a=\"2\",le=\"0.02\"} 0\nh_bucket{a=\"2\",le=\"0.2\"} " + std::to_string(to_200ms) +
           "\nh_bucket{a=\"2\",le=\"+Inf\"} " + std::to_string(all) + "\n";
  };
  const std::string p95 = "measure: p95, of: h, below: 200ms";
  const auto one = histogram("a=\"1\",", 50, 90, 100, 100);

  const auto met = judge_one(p95, "", one + other(100, 100));
  EXPECT_EQ(met.verdict, Verdict::Ok);
  EXPECT_FALSE(met.interpolated);
  EXPECT_EQ(met.within, 0.95);
  EXPECT_EQ(met.samples, 200);
  EXPECT_EQ(judge_one(p95, "", one + other(99, 100)).verdict, Verdict::Warning);
  EXPECT_EQ(judge_one(p95, "", other(99, 100) + one).verdict, Verdict::Warning);
  // 500 ms is no bound of both: where the percentile lies above the last one, nobody can tell.
  EXPECT_EQ(judge_one("measure: p95, of: h, below: 500ms", "", one + other(99, 100)).verdict, Verdict::Unknown);
}

TEST(Judge, RatioIsThePartOfAll) {
  const auto at = [](int bad) {
    return judge_one(kErrors, "", counter("status=\"200\"", 1000 - bad) + counter("status=\"503\"", bad));
  };

  EXPECT_EQ(at(0).verdict, Verdict::Ok);
  EXPECT_EQ(at(10).verdict, Verdict::Ok);
  EXPECT_EQ(at(11).verdict, Verdict::Warning);
  EXPECT_EQ(at(100).verdict, Verdict::Warning);
  EXPECT_EQ(at(101).verdict, Verdict::Critical);
  EXPECT_EQ(*at(11).value, 0.011);
}

TEST(Judge, NoErrorSeriesYetIsNoErrors) {
  const auto row = judge_one(kErrors, "", counter("status=\"200\"", 1000));

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_EQ(*row.value, 0);
}

TEST(Judge, APartThatWasProbablyMisspeltIsNoted) {
  const auto row = [](const std::string& part, const std::string& after) {
    return judge_one("measure: ratio, of: c_total, below: 1%, part: {" + part + "}", "", after);
  };
  const auto results =
      counter("result=\"success\",status=\"200\"", 1000) + counter("result=\"failed\",status=\"503\"", 1);

  EXPECT_EQ(row("result: faild", results).note, "no series with result=faild; did you mean 'failed'?");
  EXPECT_EQ(row("result: faild", results).verdict, Verdict::Ok);
  for (const auto* part : {"result: failed", "result: timeout", "result: [failed, success]", "result: 'fail?d'",
                           "status: 504", "status: 5*"})
    EXPECT_EQ(row(part, results).note, "") << part;
  EXPECT_EQ(row("status: 5xx", results).note, "status=5xx is no pattern and matches no status; write 5*");
  EXPECT_EQ(row("status: 5xx", results).verdict, Verdict::Unknown);
  EXPECT_EQ(row("status: 5xx", counter("status=\"2xx\"", 1000)).verdict, Verdict::Ok);
  EXPECT_EQ(row("status: 5xx", counter("status=\"2xx\"", 1000)).note, "");
}

TEST(Judge, AboveIsMetFromAbove) {
  const std::string availability = "measure: ratio, of: c_total, part: {status: [2*, 4*]}, above: 99%, critical: 90%";
  const auto at = [&](int bad) {
    return judge_one(availability, "", counter("status=\"200\"", 1000 - bad) + counter("status=\"503\"", bad)).verdict;
  };

  EXPECT_EQ(at(10), Verdict::Ok);
  EXPECT_EQ(at(11), Verdict::Warning);
  EXPECT_EQ(at(100), Verdict::Warning);
  EXPECT_EQ(at(101), Verdict::Critical);
}

TEST(Judge, RateIsGrowthByTime) {
  const std::string rate = "measure: rate, of: c_total, above: 100/s, critical: 50/s";

  EXPECT_EQ(judge_one(rate, counter("", 500), counter("", 1500)).verdict, Verdict::Ok);
  EXPECT_EQ(judge_one(rate, counter("", 500), counter("", 1499)).verdict, Verdict::Warning);
  EXPECT_EQ(judge_one(rate, counter("", 500), counter("", 999)).verdict, Verdict::Critical);
  EXPECT_EQ(judge_one(rate, counter("", 500), counter("", 500)).verdict, Verdict::Unknown);
  EXPECT_THAT(judge_one(rate, counter("", 1), counter("", 2), std::nullopt).note, HasSubstr("--duration"));
}

TEST(Judge, TooFewSamplesCanConvictButNeverAcquit) {
  EXPECT_EQ(judge_one(kP95, "", histogram("", 19, 19, 19, 19)).verdict, Verdict::Unknown);
  EXPECT_EQ(judge_one(kP95, "", histogram("", 58, 58, 58, 58)).note, "58 of 59 samples needed");
  EXPECT_EQ(judge_one(kP95, "", histogram("", 59, 59, 59, 59)).verdict, Verdict::Ok);
  EXPECT_EQ(judge_one(kP95, "", histogram("", 0, 0, 20, 20)).verdict, Verdict::Warning);
  const std::string p99 = "measure: p99, of: h, below: 200ms, critical: 500ms";
  EXPECT_EQ(judge_one(p99, "", histogram("", 298, 298, 298, 298)).verdict, Verdict::Unknown);
  EXPECT_EQ(judge_one(p99, "", histogram("", 0, 0, 0, 50)).verdict, Verdict::Critical);
  EXPECT_EQ(judge_one(p99, "", histogram("", 0, 0, 0, 19)).verdict, Verdict::Unknown);
  EXPECT_EQ(judge_one(kErrors, "", counter("status=\"200\"", 298)).verdict, Verdict::Unknown);
  EXPECT_EQ(judge_one(kErrors, "", counter("status=\"200\"", 299)).verdict, Verdict::Ok);
  EXPECT_EQ(judge_one(kErrors, "", counter("status=\"500\"", 50)).verdict, Verdict::Critical);
}

TEST(Judge, SamplesToAcquitWouldProveTheTargetIfNoneWereBad) {
  const auto needed = [](const std::string& yaml) {
    return samples_to_acquit(parse_targets("targets: [{name: t, of: m, " + yaml + "}]", "t.yml").targets.at(0));
  };

  EXPECT_EQ(needed("measure: p50, below: 1s"), 5);
  EXPECT_EQ(needed("measure: p95, below: 1s"), 59);
  EXPECT_EQ(needed("measure: p99, below: 1s"), 299);
  EXPECT_EQ(needed("measure: p99.9, below: 1s"), 2995);
  EXPECT_EQ(needed("measure: ratio, part: {a: b}, below: 0.1%"), 2995);
  EXPECT_EQ(needed("measure: ratio, part: {a: b}, above: 99.9%"), 2995);
  EXPECT_EQ(needed("measure: ratio, part: {a: b}, above: 100%"), 1);
}

// The share that decides, between the ends that Wilson's formula gives for it.
TEST(Judge, IntervalsSayHowSureAShareIs) {
  const auto p95 = judge_one(kP95, "", histogram("", 500, 960, 1000, 1000));
  EXPECT_NEAR(p95.within_interval->low, 0.9460, 1e-4);
  EXPECT_NEAR(p95.within_interval->high, 0.9705, 1e-4);
  EXPECT_EQ(is_proven(p95), false);
  EXPECT_EQ(is_proven(judge_one(kP95, "", histogram("", 500, 980, 1000, 1000))), true);
  EXPECT_EQ(is_proven(judge_one(kP95, "", histogram("", 500, 900, 1000, 1000))), true);
  // Between the 93.5th and the 96.2th percentile.
  EXPECT_NEAR(p95.value_interval->low, 0.1945, 1e-4);
  EXPECT_NEAR(p95.value_interval->high, 0.2131, 2e-3);
  EXPECT_TRUE(std::isinf(judge_one(kP95, "", histogram("", 500, 900, 950, 1000)).value_interval->high));
  EXPECT_EQ(is_proven(judge_one("measure: p95, of: h, below: 300ms", "", histogram("", 50, 60, 100, 100))),
            std::nullopt);

  const auto errors = judge_one(kErrors, "", counter("status=\"200\"", 1000));
  EXPECT_EQ(errors.value_interval->low, 0);
  EXPECT_NEAR(errors.value_interval->high, 0.0038, 1e-4);
  EXPECT_EQ(is_proven(errors), true);
  EXPECT_EQ(is_proven(judge_one(kErrors, "", counter("status=\"200\"", 300))), false);
}

TEST(Judge, SkipsTooFewSamplesOnlyWhereTheTargetSaysSo) {
  const auto row = judge_one(kP95 + ", too_few_samples: skip", "", histogram("", 0, 0, 0, 3));

  EXPECT_EQ(row.verdict, Verdict::Skipped);
  EXPECT_EQ(judge_one(kP95 + ", too_few_samples: skip", "", "").verdict, Verdict::Unknown);
  EXPECT_EQ(worst({row}), Verdict::Unknown);
}

TEST(Judge, EachGroupIsJudgedAndTheWorstShown) {
  const auto buckets = histogram("r=\"/a\",", 100, 100, 100, 100) + histogram("r=\"/b\",", 0, 0, 100, 100) +
                       histogram("r=\"/c\",", 90, 100, 100, 100) + histogram("r=\"/d\",", 0, 0, 0, 1);

  const auto row = judge_one(kP95 + ", each: [r], too_few_samples: skip", "", buckets);

  EXPECT_EQ(row.verdict, Verdict::Warning);
  EXPECT_EQ(row.group, "/b");
  EXPECT_EQ(row.note, "1 of 4 had too few samples");
  EXPECT_EQ(judge_one(kP95 + ", each: [r]", "", buckets).group, "/d");
  EXPECT_EQ(judge_one(kP95, "", buckets).verdict, Verdict::Warning);
}

TEST(Judge, GaugeIsTheLastValueSummedOrTheWorstOfEach) {
  const auto gauge = [](const std::string& yaml, const std::string& after) {
    return judge_one("measure: gauge, of: c_total, " + yaml, "# TYPE c_total gauge\nc_total{p=\"a\"} 1000\n",
                     "# TYPE c_total gauge\n" + after);
  };
  const std::string two = "c_total{p=\"a\"} 3\nc_total{p=\"b\"} 5\n";

  EXPECT_EQ(gauge("below: 8", two).verdict, Verdict::Ok);
  EXPECT_EQ(gauge("below: 8", two).value, 8);
  EXPECT_EQ(gauge("below: 7", two).verdict, Verdict::Warning);
  EXPECT_EQ(gauge("below: 6, critical: 7", two).verdict, Verdict::Critical);
  EXPECT_EQ(gauge("above: 9", two).verdict, Verdict::Warning);
  const auto worst_of_each = gauge("below: 4, each: [p]", two);
  EXPECT_EQ(worst_of_each.verdict, Verdict::Warning);
  EXPECT_EQ(worst_of_each.group, "b");
  EXPECT_EQ(gauge("above: 4, each: [p]", two).group, "a");
  EXPECT_EQ(gauge("below: 4, select: {p: a}", two).value, 3);
  EXPECT_EQ(gauge("below: 4", "c_total NaN\n").note, "the gauge is nan");
  EXPECT_EQ(judge_one("measure: gauge, of: c_total, below: 8", "", "# TYPE c_total counter\nc_total 1\n").note,
            "c_total is a counter, not a gauge");
}

TEST(Judge, HistogramsOfOtherUnitsAreJudged) {
  const auto buckets = "h_bucket{le=\"1024\"} 90\nh_bucket{le=\"65536\"} 95\nh_bucket{le=\"+Inf\"} 100\n";

  EXPECT_EQ(judge_one("measure: p95, of: h, below: 64KiB", "", buckets).verdict, Verdict::Ok);
  EXPECT_EQ(judge_one("measure: p95, of: h, below: 1024", "", buckets).verdict, Verdict::Warning);
}

TEST(Judge, PercentilesAreMarkedAsInterpolatedUnlessTheyAreAFloor) {
  EXPECT_TRUE(judge_one(kP95, "", histogram("", 50, 95, 99, 100)).value_interpolated);
  EXPECT_FALSE(judge_one(kP95, "", histogram("", 0, 0, 0, 100)).value_interpolated);
  EXPECT_FALSE(judge_one(kErrors, "", counter("status=\"200\"", 1000)).value_interpolated);
}

TEST(Judge, RestartThatOnlyAnotherMetricShowsIsUnknown) {
  const std::string jobs = "# TYPE jobs_total counter\njobs_total ";
  const auto one = counter("status=\"200\"", 1000);

  const auto row = judge_one(kErrors, jobs + "1000\n", jobs + "3\n" + one);

  EXPECT_EQ(row.verdict, Verdict::Unknown);
  EXPECT_THAT(row.note, HasSubstr("jobs_total went back"));
  EXPECT_EQ(judge_one(kErrors, jobs + "1000\n", jobs + "1000\n" + one).verdict, Verdict::Ok);
}

TEST(Judge, ASeriesOfAnotherMetricThatExpiredHidesNothing) {
  const std::string tenants = "# TYPE tenant_total counter\ntenant_total{tenant=\"here\"} 5\n";
  const auto one = counter("status=\"200\"", 1000);

  const auto row = judge_one(kErrors, tenants + "tenant_total{tenant=\"gone\"} 5\n", tenants + one);

  EXPECT_EQ(row.verdict, Verdict::Ok);
  EXPECT_EQ(row.note, "");
}

// What the first has under another name would count from 0: 1000 good ones that were there before.
TEST(Judge, ScrapesInDifferentFormatsAreUnknown) {
  const std::string start = "# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 7\n";
  const std::string text = start + "# TYPE c counter\nc{status=\"200\"} 1000\nc{status=\"500\"} 0\n";
  const std::string openmetrics =
      start + "# TYPE c counter\nc_total{status=\"200\"} 1000\nc_total{status=\"500\"} 9\n# EOF\n";
  const auto targets = parse_targets("targets: [{name: t, " + kErrors + "}]", "t.yml");
  const auto judged = [&](const std::string& before, LintFormat first, LintFormat second) {
    return judge(targets,
                 {Scrape::parse(before, {"c_total"}, first), Scrape::parse(openmetrics, {"c_total"}, second), 10})
        .rows.at(0);
  };

  const auto row = judged(text, LintFormat::Text, LintFormat::OpenMetrics);
  EXPECT_EQ(row.verdict, Verdict::Unknown);
  EXPECT_THAT(row.note,
              HasSubstr("both scrapes must be in one format: the first is text, the second OpenMetrics; ask"));
  EXPECT_THAT(judged("", LintFormat::Protobuf, LintFormat::OpenMetrics).note, HasSubstr("the first is protobuf"));
  EXPECT_THAT(judged("", LintFormat::Text1, LintFormat::OpenMetrics).note, HasSubstr("the first is text 1.0.0"));
  EXPECT_EQ(judged(start + "# EOF\n", LintFormat::OpenMetrics, LintFormat::OpenMetrics).verdict, Verdict::Ok);
}

TEST(Judge, SeriesThatWasMadeAnewIsUnknown) {
  const auto body = [](int a, const std::string& at) {
    return "# TYPE c counter\nc_total{status=\"200\"} " + std::to_string(a) + "\nc_created{status=\"200\"} " + at +
           "\n# TYPE d counter\nd_total 1\nd_created 1.5\n# EOF\n";
  };
  const auto targets = parse_targets("targets: [{name: t, " + kErrors + "}]", "t.yml");
  const auto judged = [&](const std::string& before, const std::string& after) {
    return judge(targets, {Scrape::parse(before, {"c_total"}, LintFormat::OpenMetrics),
                           Scrape::parse(after, {"c_total"}, LintFormat::OpenMetrics), 10})
        .rows.at(0);
  };

  EXPECT_EQ(judged(body(100, "1.5"), body(1000, "1.5")).verdict, Verdict::Ok);
  EXPECT_EQ(judged(body(100, "1.5"), body(1000, "2.5")).note,
            "c_total{status=\"200\"} was made anew between the scrapes");
}

TEST(Judge, MissingMetricIsLeftOutOnlyWhereTheTargetSaysSo) {
  const auto targets =
      parse_targets("targets: [{name: t, if_missing: leave_out, too_few_samples: skip, " + kP95 + "}]", "t.yml");
  const auto judged = [&](const std::string& before, const std::string& after) {
    return judge(targets, {Scrape::parse(before, {"h_bucket"}), Scrape::parse(after, {"h_bucket"}), 10});
  };

  EXPECT_EQ(judged("", "").left_out.size(), 1U);
  EXPECT_TRUE(judged("", "").rows.empty());
  EXPECT_EQ(worst(judged("", "").rows), Verdict::Unknown);
  EXPECT_EQ(judged("", histogram("", 100, 100, 100, 100)).rows.at(0).verdict, Verdict::Ok);
  EXPECT_EQ(judged(histogram("", 100, 100, 100, 100), "").rows.at(0).note, "h vanished between the scrapes");
  EXPECT_EQ(judged("# TYPE h histogram\n", "# TYPE h histogram\n").rows.at(0).verdict, Verdict::Skipped);
}

TEST(Judge, SuggestsWhatWasProbablyMeant) {
  const auto note = [](const std::string& yaml, const std::string& after) { return judge_one(yaml, "", after).note; };
  const auto ok = counter("status=\"200\",route=\"/clients\"", 1000);

  EXPECT_EQ(note("measure: rate, of: c_totl, above: 1/s", ok), "no metric c_totl; did you mean 'c_total'?");
  EXPECT_EQ(note(kErrors + ", select: {route: /client}", ok), "no series with route=/client; did you mean '/clients'?");
  EXPECT_EQ(note(kErrors + ", select: {rout: /clients}", ok), "no series with rout=/clients; did you mean 'route'?");
  EXPECT_EQ(note("measure: ratio, of: c_total, part: {staus: 5*}, below: 1%", ok),
            "no series has the label staus; did you mean 'status'?");
  EXPECT_EQ(note(kErrors + ", each: [routes]", ok), "no series has the label routes; did you mean 'route'?");
}

TEST(Judge, MissingIsNeverOk) {
  const auto note = [](const std::string& yaml, const std::string& after) {
    const auto row = judge_one(yaml, "", after);
    EXPECT_EQ(row.verdict, Verdict::Unknown) << yaml;
    return row.note;
  };
  const auto ok = counter("status=\"200\",r=\"/a\"", 1000);

  EXPECT_EQ(note(kErrors, "other 1\n"), "no metric c_total");
  EXPECT_EQ(note(kErrors + ", select: {r: /b}", ok), "no series with r=/b");
  EXPECT_EQ(note(kErrors + ", select: [{r: /a}, {r: /b}]", ok), "no series with r=/b");
  EXPECT_EQ(note(kErrors + ", except: {r: '*'}", ok), "no series of c_total is selected");
  EXPECT_EQ(note("measure: ratio, of: c_total, part: {staus: 5*}, below: 1%", ok),
            "no series has the label staus; did you mean 'status'?");
  EXPECT_EQ(note(kErrors + ", each: [method]", ok), "no series has the label method");
  EXPECT_EQ(note(kErrors, "# TYPE c_total gauge\n" + ok), "c_total is a gauge, not a counter");
  EXPECT_EQ(note(kP95, "# TYPE h summary\n" + histogram("", 1, 1, 1, 1)), "h is a summary, not a histogram");
  EXPECT_EQ(note(kErrors, "c_total{status=\"200\"} NaN\n"), "c_total{status=\"200\"} is nan: it is no counter");
}

TEST(Judge, CounterThatWentBackOrVanishedIsUnknown) {
  const auto one = counter("status=\"200\"", 1000);

  // Without a TYPE and the suffix _total it is not known for a counter where restarts are looked for.
  const std::string untyped = "measure: ratio, of: h_bucket, part: {status: 5*}, below: 1%";
  EXPECT_EQ(judge_one(untyped, "h_bucket{status=\"200\"} 1001\n", "h_bucket{status=\"200\"} 1000\n").note,
            "h_bucket{status=\"200\"} went back from 1001 to 1000, as after a restart");
  EXPECT_EQ(judge_one(untyped, "h_bucket{status=\"200\"} -1\n", "h_bucket{status=\"200\"} 1000\n").note,
            "h_bucket{status=\"200\"} was -1: it is no counter");
  EXPECT_THAT(judge_one(kErrors, counter("status=\"200\"", 1001), one).note,
              HasSubstr("c_total{status=\"200\"} went back"));
  EXPECT_EQ(judge_one(kErrors, one + counter("status=\"500\"", 1), one).note,
            "c_total{status=\"500\"} vanished between the scrapes");
  EXPECT_EQ(judge_one(kErrors, "", one).verdict, Verdict::Ok);
}

TEST(Judge, RestartedProcessIsUnknownEvenIfItsCountersGrew) {
  const auto start = [](const std::string& at) { return "process_start_time_seconds " + at + "\n"; };
  const auto one = counter("status=\"200\"", 1000);

  EXPECT_EQ(judge_one(kErrors, start("1.7e9"), start("1700000000") + one).verdict, Verdict::Ok);
  EXPECT_THAT(judge_one(kErrors, start("1.7e9"), start("1.7e9") + one).note, "");
  EXPECT_THAT(judge_one(kErrors, start("1700000000.25"), start("1700000001.5") + one).note, HasSubstr("restarted"));
  EXPECT_THAT(judge_one(kErrors, start("1.7e9"), one).note, HasSubstr("restarted"));
}

TEST(Verdict, OrderIsCriticalUnknownWarningOk) {
  const auto of = [](std::vector<Verdict> verdicts) {
    std::vector<Row> rows(verdicts.size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i].verdict = verdicts[i];
    return exit_code(worst(rows));
  };

  EXPECT_EQ(of({Verdict::Ok, Verdict::Skipped}), 0);
  EXPECT_EQ(of({Verdict::Ok, Verdict::Warning}), 1);
  EXPECT_EQ(of({Verdict::Warning, Verdict::Unknown, Verdict::Ok}), 3);
  EXPECT_EQ(of({Verdict::Unknown, Verdict::Critical, Verdict::Warning}), 2);
  EXPECT_EQ(of({Verdict::Skipped}), 3);
}

}  // namespace
}  // namespace vitals::tool
