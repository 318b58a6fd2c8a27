// Text format 0.0.4 and 1.0.0: each rule finds its fault, at its place, and nothing in the corrected text.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

const std::string kGauge = head("a", "gauge");
const std::string kCounter = head("a_total", "counter");
const std::string kHistogram = head("h", "histogram");
const std::string kSummary = head("s", "summary");
const std::string kRest = "h_sum 2\nh_count 2\n";

void expect_text(const std::vector<LintCase>& cases) {
  for (const auto& one : cases) expect_case(one, LintFormat::Text);
}

TEST(LintText, Syntax) {
  const std::string good = kGauge + "a{x=\"1\"} 1\n";
  expect_text({
      {"invalid-metric-name", kError, 3, 1, kGauge + "9a 1\n", kGauge + "a 1\n"},
      {"invalid-metric-name", kError, 3, 2, kGauge + "a-b 1\n", kGauge + "a 1\n"},
      {"invalid-metric-name", kError, 1, 8, "# HELP 9 x\n", ""},
      {"invalid-label-name", kError, 3, 4, kGauge + "a{x:y=\"1\"} 1\n", good},
      {"invalid-label-name", kError, 3, 3, kGauge + "a{9=\"1\"} 1\n", good},
      {"syntax", kError, 3, 5, kGauge + "a{x=1} 1\n", good},
      {"syntax", kError, 3, 9, kGauge + "a{x=\"1\" y=\"2\"} 1\n", kGauge + "a{x=\"1\",y=\"2\"} 1\n"},
      {"unterminated-string", kError, 3, 5, kGauge + "a{x=\"1} 1\n", good},
      {"invalid-escape", kError, 3, 6, kGauge + "a{x=\"\\t\"} 1\n", kGauge + "a{x=\"\\\\t\"} 1\n"},
      {"invalid-escape", kError, 1, 11, "# HELP a x\\y\n# TYPE a gauge\n", "# HELP a x\\\\y\n# TYPE a gauge\n"},
      {"invalid-utf8", kError, 3, 8, kGauge + "a{x=\"\xc3\xa9\xff\"} 1\n", kGauge + "a{x=\"\xc3\xa9\"} 1\n"},
      {"invalid-utf8", kError, 1, 11, "# HELP a x\xff\n# TYPE a gauge\n", kGauge},
      {"invalid-utf8", kError, 1, 4, "# x\xff\n", "# x\n"},
      {"quoted-name", kError, 3, 1, kGauge + "{\"a.b\"} 1\n", kGauge},
      {"quoted-name", kError, 3, 3, kGauge + "a{\"x\"=\"1\"} 1\n", good},
  });
}

TEST(LintText, Numbers) {
  for (const auto* number : {"0x10", "1_000", "0x1p3", "1e", "+-1", "nan(1)", "-nan", "one", "1,5"}) {
    expect_text({{"invalid-number", kError, 3, 3, kGauge + "a " + number + "\n", kGauge + "a 1\n"}});
  }
  expect_text({
      {"invalid-timestamp", kError, 3, 5, kGauge + "a 1 2.5\n", kGauge + "a 1\n"},
      {"syntax", kError, 3, 14, kGauge + "a{x=\"1\"} 1 5 x\n", kGauge + "a 1\n"},
      {"exemplar-place", kError, 3, 11, kCounter + "a_total 1 # {x=\"1\"} 1\n", kCounter + "a_total 1\n"},
      {"explicit-timestamp", kWarning, 3, 5, kGauge + "a 1 1700000000000\n", kGauge + "a 1\n"},
  });
  const auto seconds = lint_exposition(kGauge + "a 1 1700000000\n", LintFormat::Text);
  ASSERT_EQ(seconds.size(), 2U) << shown(seconds);
  EXPECT_EQ(seconds.front().rule, "timestamp-unit");
}

TEST(LintText, NumbersBelowADoublesRangeAreZero) {
  const std::string zeros(400, '0');
  for (const auto& number : {std::string{"1e-400"}, std::string{"-1E-400"}, "0." + zeros + "1", "1" + zeros + "e-800",
                             std::string{"0.1e-99999999999999999999"}, std::string{"0e-999"}})
    EXPECT_EQ(shown(lint_exposition(kGauge + "a " + number + "\n", LintFormat::Text)), "");
  for (const auto& number : {std::string{"1e400"}, "1" + zeros, "0." + zeros + "1e800", std::string{"-1e400"},
                             std::string{"1e99999999999999999999"}, std::string{"1e-400x"}})
    expect_text({{"invalid-number", kError, 3, 3, kGauge + "a " + number + "\n", kGauge + "a 1\n"}});
}

// They are legal, and promtool takes them, but then the whole scrape fails.
TEST(LintText, WhatPrometheusCantReadIsAWarning) {
  expect_text({
      {"spacing", kWarning, 3, 1, kGauge + " a 1\n", kGauge + "  # x\na 1\n"},
      {"spacing", kWarning, 3, 1, kGauge + "\ta\t1\n", kGauge + "a\t1\n"},
      {"spacing", kWarning, 2, 10, "# HELP a Help.\n# TYPE a  gauge\n", "# HELP a  Help.\n# TYPE  a\tgauge\n"},
  });
  const auto negative = lint_exposition(kGauge + "a 1 -5\n", LintFormat::Text);
  ASSERT_FALSE(negative.empty());
  EXPECT_EQ(shown({negative.front()}),
            "3:5 warning a: Prometheus can't read a negative timestamp; leave it out [invalid-timestamp]\n");
}

TEST(LintText, Lines) {
  expect_text({
      {"last-newline", kError, 3, 4, kGauge + "a 1", kGauge + "a 1\n"},
      {"carriage-return", kError, 3, 11, kGauge + "a{x=\"2\"} 1\r\na{x=\"1\"} 1\r\n", kGauge + "a 1\n"},
      {"carriage-return", kWarning, 3, 7, kGauge + "a{x=\"y\r\"} 1\n", kGauge + "a{x=\"yr\"} 1\n"},
      {"carriage-return", kWarning, 1, 15, "# HELP a Help.\r\n# TYPE a gauge\n# x\r\n", kGauge + "# x\n"},
      {"carriage-return", kError, 2, 15, "# HELP a Help.\r\n# TYPE a gauge\r\n", kGauge},
      {"spacing", kError, 3, 4, kGauge + "a 1 \n", kGauge + "a\t 1\n"},
      {"spacing", kError, 2, 15, "# HELP a Help.\n# TYPE a gauge \n", kGauge},
      {"byte-order-mark", kError, 1, 1, "\xEF\xBB\xBF" + kGauge + "a 1\n", kGauge + "a 1\n"},
  });
}

TEST(LintText, LabelsAndSeries) {
  const std::string good = kGauge + "a{x=\"1\",y=\"2\"} 1\n";
  std::string nine;
  for (int i = 1; i <= 9; ++i) nine += "a{p=\"1\",x=\"" + std::to_string(i) + "\"} 1\n";
  expect_text({
      {"duplicate-label", kError, 3, 9, kGauge + "a{x=\"1\",x=\"2\"} 1\n", good},
      {"reserved-label-name", kError, 3, 3, kGauge + "a{__x=\"1\"} 1\n", good},
      {"empty-label-value", kWarning, 3, 3, kGauge + "a{x=\"\"} 1\n", kGauge + "a 1\n"},
      {"duplicate-series", kError, 4, 1, kGauge + "a 1\na 2\n", kGauge + "a 1\n"},
      {"duplicate-series", kError, 4, 1, good + "a{y=\"2\",x=\"1\"} 1\n", good},
      {"duplicate-series", kError, 4, 1, kGauge + "a 1\na{} 1\n", kGauge + "a 1\n"},
      {"label-names-differ", kWarning, 4, 1, kGauge + "a{x=\"1\"} 1\na{y=\"1\"} 1\n", good},
      {"constant-label", kWarning, 1, 1, kGauge + nine + head("b", "gauge") + "b{p=\"1\"} 1\n",
       kGauge + nine + head("b", "gauge") + "b{p=\"2\"} 1\n"},
  });
}

TEST(LintText, Families) {
  const std::string b = head("b", "gauge") + "b 1\n";
  const std::string histogram = kHistogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest;
  expect_text({
      {"interleaved-family", kError, 7, 1, kGauge + "a{x=\"1\"} 1\n" + b + "a{x=\"2\"} 1\n",
       kGauge + "a{x=\"1\"} 1\na{x=\"2\"} 1\n" + b},
      {"repeated-metadata", kError, 3, 8, kGauge + "# TYPE a gauge\na 1\n", kGauge + "a 1\n"},
      {"repeated-metadata", kError, 3, 8, kGauge + "# HELP a Again.\na 1\n", kGauge + "a 1\n"},
      {"metadata-after-samples", kError, 3, 8, "# HELP a Help.\na 1\n# TYPE a gauge\n", kGauge + "a 1\n"},
      {"unknown-type", kError, 2, 10, head("a", "stateset") + "a 1\n", kGauge + "a 1\n"},
      {"type-missing", kWarning, 1, 8, "# HELP a Help.\na 1\n", kGauge + "a 1\n"},
  });
  const auto clash = lint_exposition(histogram + head("h_count", "gauge") + "h_count{x=\"1\"} 1\n", LintFormat::Text);
  ASSERT_FALSE(clash.empty());
  EXPECT_EQ(clash.front().rule, "name-clash");
  EXPECT_EQ(clash.front().severity, kError);
  EXPECT_EQ(clash.front().line, 7U);
}

// OpenMetrics allows it, Prometheus skips it.
TEST(LintText, AFamilyWithoutSamplesIsHarmless) {
  for (const auto& empty : {kGauge, kCounter, kHistogram, kSummary})
    EXPECT_EQ(shown(lint_exposition(empty, LintFormat::Text)), "") << empty;
}

TEST(LintText, ClashesThatOnlyOpenMetricsHasAreWarnings) {
  expect_text({{"name-clash", kWarning, 5, 8, kGauge + "a 1\n" + kCounter + "a_total 1\n",
                kGauge + "a 1\n" + head("b_total", "counter") + "b_total 1\n"}});
}

TEST(LintText, TypeOfACounterWithoutItsTotal) {
  const auto problems = lint_exposition("# HELP b Help.\n# TYPE b counter\nb_total 1\n", LintFormat::Text);

  std::string rules;
  for (const auto& problem : problems) rules += problem.rule + " ";
  EXPECT_NE(rules.find("type-of-other-name"), std::string::npos) << shown(problems);
}

TEST(LintText, Values) {
  expect_text({
      {"counter-nan", kError, 3, 9, kCounter + "a_total NaN\n", kCounter + "a_total 1\n"},
      {"counter-negative", kError, 3, 9, kCounter + "a_total -1\n", kCounter + "a_total 0\n"},
      {"info-value", kWarning, 3, 8, head("a_info", "gauge") + "a_info 2\n", head("a_info", "gauge") + "a_info 1\n"},
      {"sum-nan", kError, 3, 7, kSummary + "s_sum NaN\ns_count 1\n", kSummary + "s_sum 1\ns_count 1\n"},
      {"sum-negative", kWarning, 3, 7, kSummary + "s_sum -1\ns_count 1\n", kSummary + "s_sum 1\ns_count 1\n"},
      {"count-value", kError, 3, 9, kSummary + "s_count -1\ns_sum 1\n", kSummary + "s_count 1\ns_sum 1\n"},
      {"quantile-range", kError, 3, 12, kSummary + "s{quantile=\"1.5\"} 1\ns_sum 1\ns_count 1\n",
       kSummary + "s{quantile=\"1\"} 1\ns_sum 1\ns_count 1\n"},
      {"quantile-invalid", kError, 3, 12, kSummary + "s{quantile=\"x\"} 1\ns_sum 1\ns_count 1\n",
       kSummary + "s{quantile=\"0.5\"} NaN\ns_sum 1\ns_count 1\n"},
      {"quantile-not-canonical", kWarning, 3, 12, kSummary + "s{quantile=\"0.50\"} 1\ns_sum 1\ns_count 1\n",
       kSummary + "s{quantile=\"0.5\"} 1\ns_sum 1\ns_count 1\n"},
      {"summary-quantile-missing", kError, 3, 1, kSummary + "s 1\ns_sum 1\ns_count 1\n",
       kSummary + "s_sum 1\ns_count 1\n"},
  });
}

// As Python's client writes them, whose format has none.
TEST(LintText, GaugeHistogramsAreBucketsAndTwoGauges) {
  const std::string buckets = kHistogram + "h_bucket{le=\"+Inf\"} 2\n";
  const std::string count = "# HELP h_gcount H.\n# TYPE h_gcount gauge\nh_gcount 2\n";
  const std::string sum = "# HELP h_gsum H.\n# TYPE h_gsum gauge\nh_gsum 3\n";
  EXPECT_THAT(lint_exposition(buckets + count + sum, LintFormat::Text), testing::IsEmpty());
  EXPECT_THAT(lint_exposition(buckets + count, LintFormat::Text), testing::SizeIs(2));
}

TEST(LintText, Histograms) {
  const std::string one = kHistogram + "h_bucket{le=\"1\"} 1\n";
  const std::string good = one + "h_bucket{le=\"+Inf\"} 2\n" + kRest;
  expect_text({
      {"histogram-inf-missing", kError, 3, 1, one + "h_sum 2\nh_count 1\n", good},
      {"histogram-count-mismatch", kError, 6, 9, one + "h_bucket{le=\"+Inf\"} 2\nh_sum 2\nh_count 3\n", good},
      {"histogram-count-missing", kError, 3, 1, one + "h_bucket{le=\"+Inf\"} 2\nh_sum 2\n", good},
      {"histogram-sum-missing", kError, 3, 1, one + "h_bucket{le=\"+Inf\"} 2\nh_count 2\n", good},
      {"histogram-bucket-decreasing", kError, 4, 18, one + "h_bucket{le=\"2\"} 0\nh_bucket{le=\"+Inf\"} 2\n" + kRest,
       good},
      {"histogram-bucket-order", kError, 4, 20, one + "h_bucket{le=\"0.5\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest,
       good},
      {"histogram-le-missing", kError, 4, 1, one + "h_bucket 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest, good},
      {"le-invalid", kError, 4, 13, one + "h_bucket{le=\"NaN\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest, good},
      {"le-not-canonical", kWarning, 3, 13, kHistogram + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest,
       good},
      {"le-not-canonical", kWarning, 4, 13, one + "h_bucket{le=\"Inf\"} 2\n" + kRest, good},
      {"le-not-canonical", kWarning, 3, 13, kHistogram + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"inf\"} 2\n" + kRest,
       good},
      {"count-value", kWarning, 3, 18, kHistogram + "h_bucket{le=\"1\"} 1.5\nh_bucket{le=\"+Inf\"} 2\n" + kRest, good},
      {"count-value", kError, 3, 18, kHistogram + "h_bucket{le=\"1\"} NaN\nh_bucket{le=\"+Inf\"} 2\n" + kRest, good},
      {"reserved-label", kError, 5, 7, one + "h_bucket{le=\"+Inf\"} 2\nh_sum{le=\"1\"} 2\nh_count 2\n", good},
      {"sum-nan", kError, 5, 7, one + "h_bucket{le=\"+Inf\"} 2\nh_sum NaN\nh_count 2\n", good},
      {"sum-negative", kWarning, 5, 7, one + "h_bucket{le=\"+Inf\"} 2\nh_sum -1\nh_count 2\n", good},
      {"histogram-negative-buckets-sum", kWarning, 5, 7,
       kHistogram + "h_bucket{le=\"-1\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest, good},
      {"unexpected-sample", kError, 7, 1, good + "h 1\n", good},
  });
}

TEST(LintText, ASumThatIsNanMayHaveMetInfinitiesOfBothSigns) {
  const auto problems =
      lint_exposition(kHistogram + "h_bucket{le=\"+Inf\"} 2\nh_sum NaN\nh_count 2\n", LintFormat::Text);

  ASSERT_EQ(problems.size(), 1U) << shown(problems);
  EXPECT_THAT(problems.front().message, testing::HasSubstr("a NaN was observed, or infinities of both signs"));
}

TEST(LintText, ALineThatCantBeReadIsTheOnlyProblemOfItsHistogram) {
  expect_text(
      {{"invalid-number", kError, 4, 21, kHistogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 0x2\n" + kRest,
        kHistogram + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\n" + kRest}});
}

TEST(LintText, SeriesOfAHistogramMayComeInAnyOrder) {
  const std::string text =
      kHistogram +
      "h_bucket{x=\"1\",le=\"1\"} 1\nh_bucket{x=\"2\",le=\"1\"} 1\nh_bucket{x=\"1\",le=\"+Inf\"} 2\n"
      "h_bucket{le=\"+Inf\",x=\"2\"} 1\nh_sum{x=\"1\"} 1\nh_sum{x=\"2\"} 1\n"
      "h_count{x=\"1\"} 2\nh_count{x=\"2\"} 1\n";

  EXPECT_EQ(shown(lint_exposition(text, LintFormat::Text)), "");
}

TEST(LintText, Conventions) {
  const auto renamed = [](const char* rule, const std::string& name, const std::string& type, const std::string& good) {
    return LintCase{rule, kWarning, 2, 8, head(name, type) + name + " 1\n", head(good, type) + good + " 1\n"};
  };
  expect_text({
      {"help-missing", kWarning, 1, 8, "# TYPE a gauge\na 1\n", kGauge + "a 1\n"},
      {"help-missing", kWarning, 2, 8, "# HELP a \n# TYPE a gauge\na 1\n", kGauge + "a 1\n"},
      renamed("counter-total", "a", "counter", "a_total"),
      renamed("non-counter-total", "a_total", "gauge", "a"),
      renamed("base-unit", "a_milliseconds", "gauge", "a_seconds"),
      renamed("unit-abbreviation", "a_kb", "gauge", "a_bytes"),
      renamed("reserved-colon", "a:x", "gauge", "a_x"),
      renamed("camel-case", "aX", "gauge", "a_x"),
      renamed("type-in-name", "a_gauge", "gauge", "a"),
      renamed("reserved-suffix", "a_bucket", "gauge", "a"),
      renamed("ratio-not-percent", "a_percent", "gauge", "a_ratio"),
      renamed("timestamp-name", "a_timestamp", "gauge", "a_timestamp_seconds"),
      {"info-type", kWarning, 2, 8, head("a_info", "summary") + "a_info_sum 1\na_info_count 1\n", kGauge},
      {"reserved-label", kWarning, 2, 8, kGauge + "a{le=\"1\"} 1\n", kGauge + "a{x=\"1\"} 1\n"},
      {"camel-case", kWarning, 2, 8, kGauge + "a{xY=\"1\"} 1\n", kGauge + "a{x=\"1\"} 1\n"},
      {"label-in-name", kWarning, 2, 8, head("a_by_path", "gauge") + "a_by_path{path=\"1\"} 1\n", kGauge},
  });
}

// What is said of a family waits for all of its lines.
TEST(LintText, ConventionsOfAFamilyThatGoesOnLater) {
  const auto rules = [](const std::string& text) {
    std::vector<std::string> all;
    for (const auto& problem : lint_exposition(text, LintFormat::Text)) all.push_back(problem.rule);
    return all;
  };
  const std::string b = head("b", "gauge") + "b 1\n";

  EXPECT_THAT(rules(kGauge + "a 1\n" + b + "a{xY=\"1\"} 1\n"),
              testing::ElementsAre("camel-case", "interleaved-family"));
  EXPECT_THAT(rules("# HELP a Help.\n" + b + "# TYPE a counter\na 1\n"),
              testing::ElementsAre("interleaved-family", "counter-total"));
}

TEST(LintText, ConventionsOfLongNamesAndOfManyLabels) {
  const std::string name(501, 'a');
  expect_text({{"counter-total", kWarning, 2, 8, head(name, "counter") + name + " 1\n", kGauge}});
  std::string labels;
  for (int i = 0; i < 300; ++i) labels += "l" + std::to_string(i) + "=\"1\",";
  expect_text({{"camel-case", kWarning, 2, 8, kGauge + "a{" + labels + "zY=\"1\"} 1\n", kGauge}});
}

TEST(LintText, BucketsOfDurations) {
  const std::string type = head("h_seconds", "histogram");
  const std::string end = "h_seconds_bucket{le=\"+Inf\"} 2\nh_seconds_sum 2\nh_seconds_count 2\n";
  std::string many;
  for (int i = 1; i <= 201; ++i) many += "h_seconds_bucket{le=\"" + std::to_string(i) + "\"} 1\n";
  expect_text({
      {"bucket-not-positive", kWarning, 2, 8, type + "h_seconds_bucket{le=\"0\"} 1\n" + end, type + end},
      {"too-many-buckets", kWarning, 2, 8, type + many + end, type + end},
  });
}

TEST(LintText, QuotedNamesOfText1) {
  const std::string good =
      "# HELP \"my.metric\" Help.\n# TYPE \"my.metric\" gauge\n{\"my.metric\",\"a.b\"=\"c\"} "
      "1\n{\"my.metric\",\"a.b\"=\"d\"} 1\n";
  EXPECT_EQ(shown(lint_exposition(good, LintFormat::Text1)), "");

  expect_case({"syntax", kError, 3, 14,
               "# HELP \"my.metric\" Help.\n# TYPE \"my.metric\" gauge\n{\"my.metric\" \"x\"=\"1\"} 1\n", good},
              LintFormat::Text1);
  expect_case({"invalid-metric-name", kError, 3, 1,
               "# HELP \"my.metric\" Help.\n# TYPE \"my.metric\" gauge\n{\"x\"=\"1\"} 1\n", good},
              LintFormat::Text1);
  expect_case({"invalid-label-name", kError, 3, 14,
               "# HELP \"my.metric\" Help.\n# TYPE \"my.metric\" gauge\n{\"my.metric\",\"\"=\"1\"} 1\n", good},
              LintFormat::Text1);
  expect_case({"duplicate-series", kError, 5, 1, good + "{\"my.metric\", \"a.b\"=\"c\"} 2\n", good}, LintFormat::Text1);
}

TEST(LintText, CountsWhatItLeavesOut) {
  std::string text = kGauge;
  for (int i = 0; i < 3000; ++i) text += "a{x=\"" + std::to_string(i) + "\"} x\n";

  const auto problems = lint_exposition(text, LintFormat::Text);

  ASSERT_EQ(problems.size(), kMaxLintProblems + 1);
  EXPECT_EQ(problems.back().rule, "too-many-problems");
}

TEST(LintText, WarningsDontCrowdOutErrors) {
  std::string text = kGauge;
  for (int i = 0; i < 3000; ++i) text += "a{y=\"\",x=\"" + std::to_string(i) + "\"} 1\n";

  const auto problems = lint_exposition(text + "a x\n", LintFormat::Text);

  ASSERT_EQ(problems.size(), kMaxLintProblems + 1);
  EXPECT_EQ(problems[kMaxLintProblems - 1].rule, "invalid-number");
}

// Whatever took quadratic time here would run into the time limit of the test.
TEST(LintText, BearsHostileTexts) {
  const std::string underscores(500'000, '_');
  std::string labels = "a{";
  std::string turns;
  std::string histograms = kHistogram;
  for (int i = 0; i < 200'000; ++i) {
    const auto n = std::to_string(i);
    labels += "l" + n + "=\"\\\"\",";
    turns += "a{x=\"" + n + "\"} 1\nb{x=\"" + n + "\"} 1\n";
    histograms += "h_bucket{x=\"" + n + "\",le=\"1\"} 1\n";
  }

  for (const auto& text :
       {labels + "} 1\n", labels + labels + "} 1\n", turns, histograms, underscores + "{" + underscores + "=\"\"} 1\n",
        "a{x=\"" + std::string(3'000'000, '\\') + "\"} 1\n", std::string(3'000'000, '\n') + "a"}) {
    for (const auto format : {LintFormat::Text, LintFormat::Text1, LintFormat::OpenMetrics, LintFormat::Protobuf}) {
      EXPECT_LE(lint_exposition(text, format).size(), kMaxLintProblems + 1);
    }
  }
}

TEST(LintText, LimitsTheFamilies) {
  std::string text;
  for (int i = 0; i < 200'001; ++i) text += "n" + std::to_string(i) + " 1\n";

  const auto problems = lint_exposition(text, LintFormat::Text);

  EXPECT_NE(shown(problems).find("[too-many-families]"), std::string::npos);
}

}  // namespace
}  // namespace vitals
