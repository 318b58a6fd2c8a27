// Fifty broken scrapes of the kinds that real servers were seen to accept or refuse: lint finds what most of them let
// pass.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

#include "lint/lint_cases.hpp"

namespace vitals {
namespace {

struct Payload {
  const char* what;
  LintFormat format;
  std::string body;
  const char* rule;  ///< nullptr: no errors
};

constexpr auto kText = LintFormat::Text;
constexpr auto kOpenMetrics = LintFormat::OpenMetrics;
constexpr auto kProtobuf = LintFormat::Protobuf;

std::vector<Payload> text_payloads() {
  const std::string h = "# TYPE h histogram\n";
  const std::string end = "h_sum 1\nh_count 2\n";
  const std::string inf = "h_bucket{le=\"+Inf\"} 2\n";
  return {
      {"the same series with the same value", kText, "a{x=\"1\"} 1\na{x=\"1\"} 1\n", "duplicate-series"},
      {"the same series with another value", kText, "a{x=\"1\"} 1\na{x=\"1\"} 2\n", "duplicate-series"},
      {"the same series with labels in another order", kText, "a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n",
       "duplicate-series"},
      {"the same series without labels", kText, "a 1\na 2\n", "duplicate-series"},
      {"no final line feed", kText, "a 1\nb 2", "last-newline"},
      {"CRLF", kText, "a 1\r\nb 2\r\n", "carriage-return"},
      {"invalid UTF-8 in a label", kText, "a{x=\"\xff\xfe\"} 1\n", "invalid-utf8"},
      {"an overlong sequence in a label", kText, "a{x=\"\xc0\xaf\"} 1\n", "invalid-utf8"},
      {"a surrogate in a label", kText, "a{x=\"\xed\xa0\x80\"} 1\n", "invalid-utf8"},
      {"a raw line feed in a label", kText, "a{x=\"1\n2\"} 1\n", "unterminated-string"},
      {"no +Inf", kText, h + "h_bucket{le=\"1\"} 1\n" + end, "histogram-inf-missing"},
      {"no le", kText, h + "h_bucket 1\n" + inf + end, "histogram-le-missing"},
      {"buckets that decrease", kText, h + "h_bucket{le=\"1\"} 3\n" + inf + end, "histogram-bucket-decreasing"},
      {"buckets out of order", kText, h + "h_bucket{le=\"2\"} 1\nh_bucket{le=\"1\"} 1\n" + inf + end,
       "histogram-bucket-order"},
      {"_count is not +Inf", kText, h + inf + "h_sum 1\nh_count 3\n", "histogram-count-mismatch"},
      {"no _count", kText, h + inf + "h_sum 1\n", "histogram-count-missing"},
      {"no _sum", kText, h + inf + "h_count 2\n", "histogram-sum-missing"},
      {"TYPE after the sample", kText, "a 1\n# TYPE a gauge\n", "metadata-after-samples"},
      {"TYPE twice", kText, "# TYPE a gauge\n# TYPE a gauge\na 1\n", "repeated-metadata"},
      {"HELP twice", kText, "# HELP a x\n# HELP a x\na 1\n", "repeated-metadata"},
      {"interleaved families", kText, "a{x=\"1\"} 1\nb 1\na{x=\"2\"} 1\n", "interleaved-family"},
      {"a NaN counter", kText, "# TYPE a_total counter\na_total NaN\n", "counter-nan"},
      {"a negative counter", kText, "# TYPE a_total counter\na_total -1\n", "counter-negative"},
      {"a label twice", kText, "a{x=\"1\",x=\"1\"} 1\n", "duplicate-label"},
      {"a quoted UTF-8 name", kText, "{\"a.b\"} 1\n", "quoted-name"},
      {"a timestamp of long ago", kText, "a 1 1000\n", nullptr},
      {"a timestamp of the far future", kText, "a 1 99999999999999\n", nullptr},
      {"NUL in a label", kText, std::string("a{x=\"\0\"} 1\n", 11), nullptr},
      {"a label of 5 MB", kText, "a{x=\"" + std::string(5'000'000, 'x') + "\"} 1\n", nullptr},
      {"tabs", kText, "a\t{\tx=\"1\"\t}\t1\n", nullptr},
      {"inf in lower case", kText, "a inf\n", nullptr},
      {"a hexadecimal number", kText, "a 0x1p3\n", "invalid-number"},
      {"an underscore in a number", kText, "a 1_000\n", "invalid-number"},
      {"a page instead of metrics", kText, "<html>\n", "invalid-metric-name"},
      {"an exemplar", kText, "# TYPE a_total counter\na_total 1 # {x=\"1\"} 1\n", "exemplar-place"},
      {"an empty body", kText, "", nullptr},
  };
}

std::vector<Payload> other_payloads() {
  return {
      {"no EOF", kOpenMetrics, "# TYPE a gauge\na 1\n", "eof-missing"},
      {"text after EOF", kOpenMetrics, "a 1\n# EOF\nb 1\n", "after-eof"},
      {"an empty body", kOpenMetrics, "", "eof-missing"},
      {"a unit that is no suffix", kOpenMetrics, "# TYPE a gauge\n# UNIT a seconds\na 1\n# EOF\n", "unit-suffix"},
      {"an exemplar on a gauge", kOpenMetrics, "# TYPE a gauge\na 1 # {x=\"1\"} 1\n# EOF\n", "exemplar-place"},
      {"an exemplar that is too long", kOpenMetrics,
       "# TYPE a counter\na_total 1 # {x=\"" + std::string(128, 'x') + "\"} 1\n# EOF\n", "exemplar-length"},
      {"the same series twice", kOpenMetrics, "# TYPE a counter\na_total 1\na_total 2\n# EOF\n", "duplicate-series"},
      {"a counter without _total", kOpenMetrics, "# TYPE a counter\na 1\n# EOF\n", "counter-total"},
      {"two spaces", kOpenMetrics, "a  1\n# EOF\n", "spacing"},
      {"le that is not canonical", kOpenMetrics,
       "# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 1\n# EOF\n", "le-not-canonical"},
      {"a body that is cut off", kProtobuf, "\x20\x0a\x01", "protobuf-truncated"},
      {"text as protobuf", kProtobuf, "a 1\nb 2\n", "protobuf-malformed"},
      {"protobuf as text", kText, std::string("\x07\x0a\x01\x61\x18\x01\x22\x00", 8), "invalid-metric-name"},
      {"an empty body of protobuf", kProtobuf, "", nullptr},
  };
}

void expect_payloads(const std::vector<Payload>& payloads) {
  for (const auto& payload : payloads) {
    std::string errors;
    for (const auto& problem : lint_exposition(payload.body, payload.format)) {
      if (problem.severity == kError) errors += "[" + problem.rule + "]";
    }
    if (!payload.rule) {
      EXPECT_EQ(errors, "") << payload.what;
    } else {
      EXPECT_NE(errors.find("[" + std::string{payload.rule} + "]"), std::string::npos)
          << payload.what << ": " << errors;
    }
  }
}

TEST(LintPayloads, OfText) { expect_payloads(text_payloads()); }

TEST(LintPayloads, OfOpenMetricsAndProtobuf) { expect_payloads(other_payloads()); }

TEST(LintPayloads, AreFifty) { EXPECT_EQ(text_payloads().size() + other_payloads().size(), 50U); }

}  // namespace
}  // namespace vitals
