#include <string_view>

#include <gtest/gtest.h>

#include <vitals/lint.hpp>

namespace vitals {
namespace {

TEST(ContentType, AnnouncesAFormat) {
  EXPECT_EQ(lint_format_of("text/plain; version=0.0.4; charset=utf-8"), LintFormat::Text);
  EXPECT_EQ(lint_format_of("text/plain"), LintFormat::Text);
  EXPECT_EQ(lint_format_of("text/plain; version=1.0.0; escaping=allow-utf-8"), LintFormat::Text1);
  EXPECT_EQ(lint_format_of("text/plain;version=0.0.4;escaping=allow-utf-8"), LintFormat::Text1);
  EXPECT_EQ(lint_format_of("text/plain; charset=\"version=1.0.0;\""), LintFormat::Text);
  EXPECT_EQ(lint_format_of("Application/OpenMetrics-Text; version=1.0.0"), LintFormat::OpenMetrics);
  EXPECT_EQ(lint_format_of("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily"),
            LintFormat::Protobuf);
  for (const auto* none : {"text/html", "", ";", "text", "text/", "text/plainly", "text /plain", "text/plain/x"})
    EXPECT_EQ(lint_format_of(none), std::nullopt) << none;
}

// As Go reads it, and so Prometheus.
TEST(ContentType, IsWellFormed) {
  for (const auto* good :
       {"text/plain;", " text/plain ; ", "text/plain; version = \"0.0.4\"", "text/plain; x=\"\"",
        "text/plain; VERSION=0.0.4", "text/plain; x=\"a\\\";b\" ;y=1", "text/plain; version=0.0.4; version=0.0.4"})
    EXPECT_EQ(lint_format_of(good), LintFormat::Text) << good;
  for (const auto* bad :
       {"text/plain; version", "text/plain; version=", "text/plain; =1", "text/plain; ; version=0.0.4", "text/plain;;",
        "text/plain; version=0.0.4 charset=utf-8", "text/plain; version=0.0.4, text/plain",
        "text/plain; version=\"0.0.4", "text/plain; version=\"0.0.4\\\"", "text/plain; x=\xc3\xa9",
        "text/plain; version=0.0.4; version=1.0.0", "text/plain; version=0.0.4; VERSION=1.0.0"})
    EXPECT_EQ(lint_format_of(bad), std::nullopt) << bad;
}

}  // namespace
}  // namespace vitals
