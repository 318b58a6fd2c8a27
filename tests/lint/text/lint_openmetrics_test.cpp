// OpenMetrics 1.0: each rule finds its fault, at its place, and nothing in the corrected text.
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

const std::string kGauge = head("a", "gauge");
const std::string kCounter = head("a", "counter");
const std::string kHistogram = head("h", "histogram");
const std::string kGaugeHistogram = head("h", "gaugehistogram");
const std::string kSummary = head("s", "summary");
const std::string kState = head("s", "stateset");
const std::string kEof = "# EOF\n";

// Cases without their "# EOF".
void expect_openmetrics(std::vector<LintCase> cases) {
  for (auto& one : cases) {
    one.bad += kEof;
    one.good += kEof;
    expect_case(one, LintFormat::OpenMetrics);
  }
}

TEST(LintOpenMetrics, WholeText) {
  const std::string good = kGauge + "a 1\n# EOF\n";
  for (const auto& one : std::vector<LintCase>{{"eof-missing", kError, 4, 1, kGauge + "a 1\n", good},
                                               {"eof-missing", kError, 1, 1, "", "# EOF\n"},
                                               {"after-eof", kError, 5, 1, good + "a 1\n", good},
                                               {"after-eof", kError, 5, 1, good + "\n", good},
                                               {"last-newline", kWarning, 4, 6, kGauge + "a 1\n# EOF", good},
                                               {"blank-line", kError, 3, 1, kGauge + "\na 1\n# EOF\n", good},
                                               {"comment-line", kError, 3, 1, kGauge + "# x\na 1\n# EOF\n", good},
                                               {"comment-line", kError, 3, 1, kGauge + "#HELP b x\na 1\n# EOF\n", good},
                                               {"byte-order-mark", kError, 1, 1, "\xEF\xBB\xBF" + good, good},
                                               {"carriage-return", kError, 3, 4, kGauge + "a 1\r\n# EOF\n", good}}) {
    expect_case(one, LintFormat::OpenMetrics);
  }
}

TEST(LintOpenMetrics, Syntax) {
  const std::string good = kGauge + "a{x=\"1\"} 1\n";
  expect_openmetrics({
      {"spacing", kError, 3, 10, kGauge + "a{x=\"1\"}  1\n", good},
      {"spacing", kError, 3, 9, kGauge + "a{x=\"1\"}\t1\n", good},
      {"spacing", kError, 3, 12, kGauge + "a{x=\"1\"} 1 \n", good},
      {"spacing", kError, 3, 3, kGauge + "a{ x=\"1\"} 1\n", good},
      {"spacing", kError, 3, 1, kGauge + " a{x=\"1\"} 1\n", good},
      {"spacing", kError, 3, 8, kGauge + "# UNIT  a x\n", kGauge},
      {"syntax", kError, 3, 9, kGauge + "a{x=\"1\"}1\n", good},
      {"syntax", kError, 1, 9, "# HELP a\n", "# TYPE a gauge\n# HELP a Help.\n"},
      {"spacing", kError, 3, 2, kGauge + "a {x=\"1\"} 1\n", good},
      {"spacing", kError, 2, 10, "# HELP a Help.\n# TYPE a  gauge\n", kGauge},
      {"spacing", kError, 2, 15, "# HELP a Help.\n# TYPE a gauge \n", kGauge},
      {"spacing", kError, 3, 12, head("a_x", "gauge") + "# UNIT a_x  x\n", kGauge},
      {"syntax", kError, 3, 8, kGauge + "a{x=\"1\",} 1\n", good},
      {"invalid-label-name", kError, 3, 3, kGauge + "a{\"\"=\"1\"} 1\n", good},
      {"invalid-number", kError, 3, 3, kGauge + "a 1_0\n", good},
      {"invalid-number", kError, 3, 3, kGauge + "a 0x1\n", good},
      {"invalid-timestamp", kError, 3, 5, kGauge + "a 1 NaN\n", good},
      {"invalid-escape", kWarning, 3, 6, kGauge + "a{x=\"\\t\"} 1\n", good},
      {"help-escape", kError, 1, 10, "# HELP a \"x\"\n# TYPE a gauge\n", "# HELP a \\\"x\\\"\n# TYPE a gauge\n"},
      {"quoted-name", kWarning, 3, 2, kGauge + "{\"a\"} 1\n", kGauge},
      {"unknown-type", kError, 2, 10, head("a", "untyped") + "a 1\n", head("a", "unknown") + "a 1\n"},
      {"reserved-label-name", kWarning, 3, 3, kGauge + "a{_x=\"1\"} 1\n", good},
  });
}

TEST(LintOpenMetrics, Times) {
  const std::string good = kGauge + "a 1\n";
  expect_openmetrics({
      {"explicit-timestamp", kWarning, 3, 5, kGauge + "a 1 1.5\n", good},
  });
  const auto rules = [](const std::string& text) {
    std::string all;
    for (const auto& problem : lint_exposition(text + kEof, LintFormat::OpenMetrics)) {
      if (problem.rule != "explicit-timestamp") all += problem.rule + " ";
    }
    return all;
  };
  EXPECT_EQ(rules(kGauge + "a 1 1\na 2 2\n"), "");
  EXPECT_EQ(rules(kGauge + "a 1 2\na 2 1\n"), "timestamp-order ");
  EXPECT_EQ(rules(kGauge + "a 1 1700000000.000000002\na 2 1700000000.000000001\n"), "timestamp-order ");
  EXPECT_EQ(rules(kGauge + "a 1 2\na 2\n"), "mixed-timestamps ");
  EXPECT_EQ(rules(kGauge + "a 1 2\na 2 2\n"), "duplicate-series ");
  EXPECT_EQ(rules(kGauge + "a 1 1700000000000\n"), "timestamp-unit ");
  // The same time however it is written, and another a nanosecond later.
  EXPECT_EQ(rules(kGauge + "a 1 1.0\na 2 1\n"), "duplicate-series ");
  EXPECT_EQ(rules(kGauge + "a 1 -0.50\na 2 -00.5\n"), "duplicate-series ");
  EXPECT_EQ(rules(kGauge + "a 1 1.7e9\na 2 1700000000\n"), "timestamp-exponent duplicate-series ");
  EXPECT_EQ(rules(kGauge + "a 1 1700000000.000000001\na 2 1700000000.000000002\n"), "");
  EXPECT_EQ(rules(kHistogram + "h_bucket{le=\"1.0\"} 1 1\nh_bucket{le=\"+Inf\"} 2 1.0\nh_count 2 1\nh_sum 1 1.00\n"),
            "");
  EXPECT_EQ(rules(kGauge + "a 1 1.7e9\n"), "timestamp-exponent ");
}

TEST(LintOpenMetrics, SeriesAndFamilies) {
  const std::string b = head("b", "gauge");
  expect_openmetrics({
      {"duplicate-series", kError, 4, 1, kCounter + "a_total 1\na_total 2\n", kCounter + "a_total 1\n"},
      {"interleaved-metric", kError, 5, 1, kCounter + "a_total{x=\"1\"} 1\na_total{x=\"2\"} 1\na_created{x=\"1\"} 1\n",
       kCounter + "a_total{x=\"1\"} 1\na_created{x=\"1\"} 1\na_total{x=\"2\"} 1\n"},
      {"interleaved-family", kError, 7, 1, kGauge + "a{x=\"1\"} 1\n" + b + "b 1\na{x=\"2\"} 1\n", kGauge},
      {"repeated-metadata", kError, 3, 8, kGauge + "# TYPE a gauge\n", kGauge},
      {"metadata-after-samples", kError, 3, 8, "# TYPE a gauge\na 1\n# HELP a Help.\n", kGauge + "a 1\n"},
      {"name-clash", kError, 3, 8, kCounter + head("a_total", "unknown"), kCounter},
  });
}

TEST(LintOpenMetrics, NamesThatSamplesOfAnotherFamilyHaveClash) {
  for (const auto& [first, second] :
       std::vector<std::pair<std::string, std::string>>{{head("a", "counter"), head("a_total", "gauge")},
                                                        {head("a", "counter"), head("a_created", "gauge")},
                                                        {head("a", "summary"), head("a_count", "gauge")},
                                                        {head("a", "summary"), head("a_created", "gauge")},
                                                        {head("a", "histogram"), head("a_bucket", "gauge")},
                                                        {head("a", "histogram"), head("a_sum", "gauge")},
                                                        {head("a", "gaugehistogram"), head("a_gcount", "gauge")},
                                                        {head("a", "info"), head("a_info", "gauge")},
                                                        {head("a_sum", "gauge"), head("a", "histogram")}}) {
    const auto text = shown(lint_exposition(first + second + kEof, LintFormat::OpenMetrics));
    EXPECT_NE(text.find("[name-clash]"), std::string::npos) << first << second << text;
    const auto apart = shown(lint_exposition(first + head("z", "gauge") + kEof, LintFormat::OpenMetrics));
    EXPECT_EQ(apart.find("[name-clash]"), std::string::npos) << apart;
  }
}

TEST(LintOpenMetrics, Counters) {
  const std::string good = kCounter + "a_total 1\na_created 1700000000.5\n";
  expect_openmetrics({
      {"counter-total", kError, 3, 1, kCounter + "a 1\n", good},
      {"counter-nan", kError, 3, 9, kCounter + "a_total NaN\n", good},
      {"counter-negative", kError, 3, 9, kCounter + "a_total -1\n", good},
      {"created-value", kError, 3, 11, kCounter + "a_created +Inf\n", kCounter + "a_created -1\n"},
      {"created-value", kError, 3, 11, kCounter + "a_created NaN\n", good},
      {"counter-total", kError, 3, 1, "# HELP a_total Help.\n# TYPE a_total counter\na_total 1\n", good},
  });
}

TEST(LintOpenMetrics, Units) {
  const auto unit = [](const std::string& name, const std::string& type, const std::string& unit) {
    return head(name, type) + "# UNIT " + name + " " + unit + "\n";
  };
  expect_openmetrics({
      {"unit-suffix", kError, 3, 10, unit("a", "gauge", "seconds"), unit("a_seconds", "gauge", "seconds")},
      {"unit-suffix", kError, 3, 24, unit("a_seconds_total", "unknown", "seconds"),
       unit("a_seconds", "unknown", "seconds")},
      {"unit-not-allowed", kError, 3, 12, unit("a_x", "info", "x"), unit("a_bytes", "counter", "bytes")},
      {"repeated-metadata", kError, 4, 8, unit("a_x", "gauge", "x") + "# UNIT a_x x\n", unit("a_x", "gauge", "x")},
  });
}

TEST(LintOpenMetrics, Histograms) {
  const std::string good = kHistogram + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_count 2\nh_sum 3\n";
  const std::string one = kHistogram + "h_bucket{le=\"1.0\"} 1\n";
  const std::string inf = "h_bucket{le=\"+Inf\"} 2\n";
  expect_openmetrics({
      {"histogram-inf-missing", kError, 3, 1, one, one + inf},
      {"histogram-inf-missing", kError, 3, 1, kHistogram + "h_created 1\n", good},
      {"histogram-count-mismatch", kError, 5, 9, one + inf + "h_count 3\nh_sum 3\n", good},
      {"histogram-count-missing", kError, 3, 1, one + inf + "h_sum 3\n", good},
      {"histogram-sum-missing", kError, 3, 1, one + inf + "h_count 2\n", good},
      {"le-not-canonical", kError, 3, 13, kHistogram + "h_bucket{le=\"1\"} 1\n" + inf, good},
      {"le-not-canonical", kError, 4, 13, one + "h_bucket{le=\"Inf\"} 2\n", good},
      {"count-value", kError, 3, 20, kHistogram + "h_bucket{le=\"1.0\"} 1.5\n" + inf, good},
      {"count-value", kError, 4, 21, one + "h_bucket{le=\"+Inf\"} +Inf\n", good},
      {"sum-nan", kError, 6, 7, one + inf + "h_count 2\nh_sum NaN\n", good},
      {"sum-negative", kError, 6, 7, one + inf + "h_count 2\nh_sum -1\n", good},
      {"histogram-negative-buckets-sum", kError, 6, 7,
       kHistogram + "h_bucket{le=\"-1.0\"} 1\n" + inf + "h_count 2\nh_sum 3\n",
       kHistogram + "h_bucket{le=\"-1.0\"} 1\n" + inf},
      {"unexpected-sample", kError, 7, 1, good + "h 1\n", good},
  });
}

TEST(LintOpenMetrics, GaugeHistograms) {
  const std::string buckets = kGaugeHistogram + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\n";
  const std::string good = buckets + "h_gcount 2\nh_gsum 3\n";
  expect_openmetrics({
      {"histogram-count-missing", kError, 3, 1, buckets + "h_gsum 3\n", good},
      {"sum-negative", kError, 6, 8, buckets + "h_gcount 2\nh_gsum -1\n", good},
      {"sum-nan", kError, 6, 8, buckets + "h_gcount 2\nh_gsum NaN\n",
       kGaugeHistogram + "h_bucket{le=\"-1.0\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_gcount 2\nh_gsum -3\n"},
  });
}

TEST(LintOpenMetrics, SummariesInfosAndStates) {
  const std::string info = head("i", "info");
  expect_openmetrics({
      {"quantile-negative", kError, 3, 19, kSummary + "s{quantile=\"0.5\"} -1\n", kSummary + "s{quantile=\"0.5\"} 1\n"},
      {"quantile-not-canonical", kError, 3, 12, kSummary + "s{quantile=\"1\"} 1\n",
       kSummary + "s{quantile=\"1.0\"} 1\n"},
      {"sum-negative", kError, 3, 7, kSummary + "s_sum -1\n", kSummary + "s_sum 1\n"},
      {"info-value", kError, 3, 15, info + "i_info{x=\"1\"} 2\n", info + "i_info{x=\"1\"} 1\n"},
      {"info-suffix", kError, 3, 1, info + "i{x=\"1\"} 1\n", info + "i_info{x=\"1\"} 1\n"},
      {"stateset-value", kError, 3, 11, kState + "s{s=\"on\"} 2\n", kState + "s{s=\"on\"} 1\ns{s=\"off\"} 0\n"},
      {"stateset-label", kError, 3, 1, kState + "s{x=\"on\"} 1\n", kState + "s{s=\"on\"} 1\n"},
  });
}

TEST(LintOpenMetrics, Exemplars) {
  const std::string inf = "h_bucket{le=\"+Inf\"} 2\n";
  const auto bucket = [&](const std::string& exemplar) {
    return kHistogram + "h_bucket{le=\"1.0\"} 1" + exemplar + "\n" + inf;
  };
  const auto of_length = [&](std::size_t n) {
    std::string value;
    for (std::size_t i = 0; i + 1 < n; ++i) value += "\xc3\xa9";  // é: code points count, not bytes
    return bucket(" # {t=\"" + value + "\"} 0.5");
  };
  const std::string good = bucket(" # {t=\"1\"} 0.5 1.5");
  expect_openmetrics({
      {"exemplar-place", kError, 3, 5, kGauge + "a 1 # {t=\"1\"} 1\n", kCounter + "a_total 1 # {} 1\n"},
      {"exemplar-place", kError, 5, 11, bucket("") + "h_count 2 # {} 1\nh_sum 3\n", good},
      {"exemplar-length", kError, 3, 22, of_length(129), of_length(128)},
      {"exemplar-nul", kError, 3, 22, bucket(std::string{" # {t=\"\0\"} 0.5", 14}), good},
      {"exemplar-value", kError, 3, 32, bucket(" # {t=\"1\"} 1.5"), good},
      {"exemplar-value", kError, 4, 28, kHistogram + "h_bucket{le=\"1.0\"} 1\nh_bucket{le=\"+Inf\"} 2 # {} 1\n", good},
      {"duplicate-label", kError, 3, 31, bucket(" # {t=\"1\",t=\"2\"} 0.5"), good},
      {"syntax", kError, 3, 24, bucket(" # 0.5"), good},
      {"timestamp-unit", kWarning, 3, 36, bucket(" # {t=\"1\"} 0.5 1700000000000"), good},
  });
}

TEST(LintOpenMetrics, AWholeExpositionIsClean) {
  const std::string text =
      "# TYPE http_seconds histogram\n# UNIT http_seconds seconds\n# HELP http_seconds Time of \\\"requests\\\".\n"
      "http_seconds_bucket{path=\"/\",le=\"0.1\"} 1 # {trace_id=\"abc\"} 0.05 1700000000.123\n"
      "http_seconds_bucket{path=\"/\",le=\"+Inf\"} 2\nhttp_seconds_count{path=\"/\"} 2\nhttp_seconds_sum{path=\"/\"} "
      "1.5\n"
      "http_seconds_created{path=\"/\"} 1700000000.123456789\n"
      "# TYPE build info\n# HELP build Build.\nbuild_info{version=\"1\"} 1\n"
      "# TYPE jobs counter\n# HELP jobs Jobs.\njobs_total 1 # {} 1\njobs_created 1.0\n# EOF\n";

  EXPECT_EQ(shown(lint_exposition(text, LintFormat::OpenMetrics)), "");
}

}  // namespace
}  // namespace vitals
