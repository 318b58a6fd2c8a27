#include "http/endpoint/content_negotiation.hpp"

#include <cctype>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

constexpr std::string_view kProtobuf =
    "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

struct Scraper {
  const char* name;
  std::string accept;
  std::string_view content_type;
};

class Negotiation : public testing::TestWithParam<Scraper> {};

TEST_P(Negotiation, GivesAScraperWhatItWantsMost) {
  EXPECT_EQ(content_type(choose_exposition(GetParam().accept)), GetParam().content_type);
}

// What Prometheus sends, by version.
INSTANTIATE_TEST_SUITE_P(
    Prometheus, Negotiation,
    testing::Values(
        Scraper{"2.42",
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"},
        Scraper{"2.42 with native histograms",
                std::string{kProtobuf} +
                    ",application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;"
                    "q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
                "escaping=underscores"},
        Scraper{"2.53",
                "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,"
                "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"},
        Scraper{"2.53 with native histograms",
                std::string{kProtobuf} +
                    ";q=0.5,application/openmetrics-text;version=1.0.0;q=0.4,application/openmetrics-text;"
                    "version=0.0.1;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
                "escaping=underscores"},
        Scraper{"3.0, which names one parameter twice",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
                "version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;"
                "escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"},
        Scraper{"3.5",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;"
                "version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;"
                "q=0.3,*/*;q=0.2",
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=allow-utf-8"},
        Scraper{"3.5 with native histograms",
                std::string{kProtobuf} +
                    ";q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/"
                    "openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,"
                    "text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
                "escaping=underscores"}),
    [](const auto& info) {
      std::string name;
      for (const char c : std::string_view{info.param.name}) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
      }
      return name;
    });

TEST(NegotiationRules, TakesTheFirstClauseThatItHas) {
  const auto type = [](std::string_view accept) { return content_type(choose_exposition(accept)); };
  const auto open_metrics = content_type({.format = Format::OpenMetrics});

  EXPECT_EQ(type("application/openmetrics-text"), open_metrics);
  EXPECT_EQ(type("Application/OpenMetrics-Text; version=\"0.0.1\""), open_metrics);
  EXPECT_EQ(type("text/html, application/openmetrics-text;q=0.1, */*;q=0.01"), open_metrics);
  EXPECT_EQ(type("text/plain;q=0.5, application/openmetrics-text;q=0.9"), open_metrics);
  EXPECT_EQ(type("text/plain;version=1.0.0;escaping=allow-utf-8"),
            "text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
  EXPECT_EQ(type("text/plain;version=0.0.4;escaping=dots"), "text/plain; version=0.0.4; charset=utf-8; escaping=dots");
  EXPECT_EQ(type("application/openmetrics-text;version=2.0.0, text/plain;version=1.0.0;escaping=values"),
            "text/plain; version=1.0.0; charset=utf-8; escaping=values");
  EXPECT_EQ(type(std::string{kProtobuf} + ";escaping=allow-utf-8"),
            "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; "
            "escaping=allow-utf-8");
}

TEST(NegotiationRules, AnswersText004ToWhoeverAsksForNothingAnythingOrNonsense) {
  for (const std::string_view accept :
       {"", "*/*", "text/*", "*/*;q=0.1, application/openmetrics-text;q=0.05", "text/html", "text/plain",
        "text/plain;q=0", "application/openmetrics-text;q=0", "application/openmetrics-text;q=0, */*",
        "application/openmetrics-text;version=2.0.0", "text/plain;version=2", ";,=\"", "application/*",
        "application/vnd.google.protobuf", "application/json",
        "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text",
        "application/vnd.google.protobuf;proto=other;encoding=delimited"}) {
    EXPECT_EQ(choose_exposition(accept), Exposition{}) << accept;
  }
  EXPECT_EQ(content_type({}), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
}

TEST(NegotiationRules, NeverEchoesWhatAClientSent) {
  for (const std::string_view escaping : {"x", "\"\r\nX: 1\"", "allow-utf-8x", "ALLOW-UTF-8", "", "dots;dots"}) {
    const std::string accept = "application/openmetrics-text;escaping=" + std::string{escaping};
    const auto type = content_type(choose_exposition(accept));
    EXPECT_TRUE(type.ends_with("; escaping=underscores") || escaping.starts_with("dots")) << accept;
    EXPECT_EQ(type.find("escaping"), type.rfind("escaping"));
  }
}

TEST(NegotiationRules, EachFormatAndEscapingHasABodyOfItsOwn) {
  std::set<std::size_t> indices;
  for (const std::string_view type :
       {std::string_view{"text/plain"}, std::string_view{"application/openmetrics-text"}, kProtobuf}) {
    for (const auto* escaping : {"underscores", "dots", "values", "allow-utf-8"})
      indices.insert(body_index(choose_exposition(std::string{type} + ";escaping=" + escaping)));
  }

  EXPECT_EQ(indices.size(), kBodies);
  EXPECT_EQ(*indices.rbegin(), kBodies - 1);
  EXPECT_EQ(body_index(choose_exposition("text/plain;version=1.0.0")), body_index({}));
}

TEST(NegotiationRules, CompressesForThoseWhoTakeGzip) {
  for (const auto* yes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "*", "x-gzip", "br;q=1.0, gzip;q=0.8, *;q=0.1",
                          "gzip, identity;q=0.5", "identity;q=0, *"}) {
    EXPECT_TRUE(accepts_gzip(yes)) << yes;
  }
  for (const auto* no : {"", "identity", "gzip;q=0", "GZIP;Q=0.000", "*;q=0", "gzip;q=0, *", "br", "gzipped",
                         "identity, gzip;q=0.5", "gzip;q=abc"}) {
    EXPECT_FALSE(accepts_gzip(no)) << no;
  }
}

}  // namespace
}  // namespace vitals::detail
