// One fault is one problem: what follows from it is not told again.
#include <string>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

const std::string kGauge = head("a", "gauge");
const std::string kHistogram = head("h", "histogram");
const std::string kInf = "h_bucket{le=\"+Inf\"} 2\n";
const std::string kRest = "h_sum 2\nh_count 2\n";

void expect_text(const std::vector<LintCase>& cases) {
  for (const auto& one : cases) expect_case(one, LintFormat::Text);
}

TEST(LintOneFault, ATypeThatThereIsNot) {
  const std::string samples = "h_bucket{le=\"1\"} 1\n" + kInf + kRest;
  expect_text({{"unknown-type", kError, 2, 10, head("h", "histogrm") + samples, kHistogram + samples}});
  const std::string total = head("h_total", "counter") + "h_total 1\n";
  expect_text({{"unknown-type", kError, 2, 10, head("h", "histogrm") + samples + total, kHistogram + samples}});
  expect_text({{"unknown-type", kError, 2, 10, head("a", ""), kGauge}});
  expect_case({"unknown-type", kError, 2, 10, head("h", "histogrm") + kInf + "h_created 1\n# EOF\n", "# EOF\n"},
              LintFormat::OpenMetrics);
}

TEST(LintOneFault, ANameThatAHistogramsSampleHas) {
  const std::string count = head("h_count", "gauge");
  const auto problems = lint_exposition(count + "h_count{x=\"1\"} 1\n" + kHistogram + kInf + kRest, LintFormat::Text);

  ASSERT_EQ(problems.size(), 2U) << shown(problems);
  EXPECT_EQ(problems[0].rule, "reserved-suffix");
  EXPECT_EQ(problems[1].rule, "name-clash");
  EXPECT_EQ(problems[1].severity, kError);
}

TEST(LintOneFault, AnInterruptedHistogram) {
  const std::string other = kGauge + "a 1\n";
  expect_text({
      {"interleaved-family", kError, 7, 1, kHistogram + kInf + other + kRest, kHistogram + kInf + kRest + other},
      {"interleaved-family", kError, 8, 1, kHistogram + kRest + other + kInf, kHistogram + kRest + kInf + other},
  });
}

// More of them than problems are listed, if all that seems to be missing were told.
TEST(LintOneFault, ManyInterruptedHistograms) {
  std::string begins;
  std::string goes_on;
  for (int i = 0; i < 400; ++i) {
    const std::string name = "h" + std::to_string(i);
    begins += head(name, "histogram") + name + "_bucket{le=\"1\"} 1\n";
    goes_on += name + "_bucket{le=\"+Inf\"} 1\n" + name + "_sum 1\n" + name + "_count 1\n";
  }

  const auto problems = lint_exposition(begins + goes_on, LintFormat::Text);

  EXPECT_EQ(problems.size(), 400U);
  for (const auto& problem : problems) EXPECT_EQ(problem.rule, "interleaved-family");
}

TEST(LintOneFault, ManyBucketsTwice) {
  std::string text = kHistogram;
  for (int i = 0; i < 800; ++i) {
    const std::string bucket = "h_bucket{le=\"1\",i=\"" + std::to_string(i) + "\"} 1\n";
    text += bucket + bucket;
  }

  const auto problems = lint_exposition(
      text, LintFormat::Text,
      {.ignored = {"histogram-inf-missing", "histogram-count-missing", "histogram-sum-missing"}, .warnings = false});

  EXPECT_EQ(problems.size(), 800U);
  for (const auto& problem : problems) EXPECT_EQ(problem.rule, "duplicate-series");
}

TEST(LintOneFault, TheEndBeforeAComment) {
  expect_case({"eof-missing", kError, 4, 1, kGauge + "a 1\n# EOF \n", kGauge + "a 1\n# EOF\n"},
              LintFormat::OpenMetrics);
  const auto problems = lint_exposition(kGauge + "a 1\n# EOF \n# foo\n", LintFormat::OpenMetrics);

  ASSERT_EQ(problems.size(), 2U) << shown(problems);
  EXPECT_EQ(problems[0].rule, "eof-missing");
  EXPECT_EQ(problems[1].rule, "comment-line");
}

TEST(LintOneFault, FilesPutOneAfterTheOther) {
  const std::string b = head("b", "gauge") + "b 1\n";
  expect_text({{"interleaved-family", kError, 7, 8, kGauge + "a{x=\"1\"} 1\n" + b + kGauge + "a{x=\"2\"} 1\n",
                kGauge + "a{x=\"1\"} 1\na{x=\"2\"} 1\n" + b}});
}

TEST(LintOneFault, HelpAgainAfterTheSamples) {
  expect_text({{"repeated-metadata", kError, 4, 8, kGauge + "a 1\n# HELP a Help.\n", kGauge + "a 1\n"}});
}

TEST(LintOneFault, ABucketTwice) {
  const std::string one = "h_bucket{le=\"1\"} 1\n";
  const std::string good = kHistogram + one + kInf + kRest;
  expect_text({{"duplicate-series", kError, 4, 1, kHistogram + one + one + kInf + kRest, good}});
  const auto problems = lint_exposition(kHistogram + one + "h_bucket{le=\"1.0\"} 1\n" + kInf + kRest, LintFormat::Text);
  EXPECT_NE(shown(problems).find("[histogram-bucket-order]"), std::string::npos) << shown(problems);
}

TEST(LintOneFault, ABucketWithoutItsBound) {
  const std::string good = kHistogram + kInf + kRest;
  expect_text({
      {"histogram-le-missing", kError, 3, 1, kHistogram + "h_bucket 2\n" + kRest, good},
      {"le-invalid", kError, 3, 13, kHistogram + "h_bucket{le=\"\"} 2\n" + kRest, good},
  });
}

TEST(LintOneFault, ALabelOfBucketsOrQuantilesElsewhere) {
  const std::string summary = head("s", "summary");
  expect_text({
      {"reserved-label", kError, 4, 7, kHistogram + kInf + "h_sum{le=\"1\"} 2\nh_count 2\n", kHistogram + kInf + kRest},
      {"reserved-label", kError, 3, 7, summary + "s_sum{quantile=\"1\"} 2\ns_count 2\n",
       summary + "s_sum 2\ns_count 2\n"},
      {"unexpected-sample", kError, 3, 1, kHistogram + "h{le=\"1\"} 1\n" + kInf + kRest, kHistogram + kInf + kRest},
  });
}

TEST(LintOneFault, ARawLineFeedInALabel) {
  const std::string good = kGauge + "a{x=\"1\",y=\"2\"} 1\n";
  expect_text({
      {"unterminated-string", kError, 3, 5, kGauge + "a{x=\"1\n2\"} 1\n", good},
      {"unterminated-string", kError, 3, 5, kGauge + "a{x=\"1\n2\",y=\"2\"} 1\n", good},
  });
  const auto each = lint_exposition(kGauge + "a{x=\"1} 1\na{x=\"2} 1\na{x=\"3} 1\n", LintFormat::Text);
  EXPECT_EQ(each.size(), 3U) << shown(each);
}

TEST(LintOneFault, AnEndThatIsWrittenOtherwise) {
  for (const auto* end : {"#EOF", "# EOF ", "#  EOF", "# EOF\t"})
    expect_case({"eof-missing", kError, 4, 1, kGauge + "a 1\n" + end + "\n", kGauge + "a 1\n# EOF\n"},
                LintFormat::OpenMetrics);
}

}  // namespace
}  // namespace vitals
