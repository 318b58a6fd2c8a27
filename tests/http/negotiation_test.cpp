#include "http/negotiation.hpp"

#include <string>

#include <gtest/gtest.h>

#include "http/weighted_list.hpp"

namespace vitals::detail {
namespace {

// What the scrapers of Prometheus 2.42 and 3.5 send.
constexpr std::string_view kPrometheus2 =
    "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
constexpr std::string_view kPrometheus3 =
    "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/"
    "openmetrics-text;version=0.0.1;q=0.5,"
    "text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";

TEST(WeightedList, OrdersByQAndKeepsTheOrderOfEquals) {
  const WeightedList list{"a;q=0.5, b, c;q=0.5 ,d;q=0.9"};

  std::string order;
  for (const auto& value : list.values()) order += value.value;
  EXPECT_EQ(order, "bdac");
}

TEST(WeightedList, ReadsParametersOfAnyCaseAndQuoting) {
  const WeightedList list{"text/plain ; Version = \"0.0.4\";escaping=a;escaping=b; q=0.25;x"};

  ASSERT_EQ(list.values().size(), 1u);
  const WeightedValue& value = list.values()[0];
  EXPECT_EQ(value.value, "text/plain");
  EXPECT_EQ(value.parameter("version"), "0.0.4");
  EXPECT_EQ(value.parameter("ESCAPING"), "a");
  EXPECT_EQ(value.parameter("none"), "");
  EXPECT_EQ(value.q, 250);
}

TEST(WeightedList, SeparatorsInQuotesSeparateNothing) {
  const WeightedList list{R"(a;x="1,2;q=0\",3";q=0.5,b)"};

  ASSERT_EQ(list.values().size(), 2u);
  EXPECT_EQ(list.values()[0].value, "b");
  EXPECT_EQ(list.values()[1].q, 500);
  EXPECT_EQ(list.values()[1].parameter("x"), R"(1,2;q=0\",3)");
}

TEST(WeightedList, TakesOnlyNumbersForQ) {
  const auto q = [](std::string_view header) { return WeightedList{header}.q_of("a"); };

  EXPECT_EQ(q("a"), 1000);
  EXPECT_EQ(q("a;q=1"), 1000);
  EXPECT_EQ(q("a;q=0.001"), 1);
  EXPECT_EQ(q("a;q=0.0009"), 0);
  EXPECT_EQ(q("a;q=2.5"), 1000);
  EXPECT_EQ(q("a;q=0."), 0);
  for (const auto* nonsense : {"a;q=abc", "a;q=1e309", "a;q=-1", "a;q=", "a;q=nan", "a;q=0x1", "a;q"}) {
    EXPECT_EQ(q(nonsense), 0) << nonsense;
  }
  EXPECT_EQ(q("b"), -1);
}

TEST(WeightedList, ReadsABoundedPartOfWhatIsSent) {
  std::string clauses;
  for (int i = 0; i < 10'000; ++i) clauses += "a,";
  EXPECT_EQ(WeightedList{clauses}.values().size(), WeightedList::kMaxClauses);

  const std::string spaces(WeightedList::kMaxBytes, ' ');
  EXPECT_TRUE(WeightedList{spaces + "a"}.values().empty());
  EXPECT_TRUE(WeightedList{std::string(100'000, '"')}.values().size() <= 1);
  EXPECT_TRUE(WeightedList{",,;;,\\\","}.values().size() <= WeightedList::kMaxClauses);
}

TEST(Negotiation, AnswersTextToEveryone) {
  for (const auto accept :
       {std::string_view{}, kPrometheus2, kPrometheus3, std::string_view{"*/*"}, std::string_view{"text/html"},
        std::string_view{"text/plain;q=0"}, std::string_view{";,=\""}}) {
    EXPECT_EQ(choose_format(accept), Format::Text) << accept;
  }
  EXPECT_EQ(content_type(Format::Text), "text/plain; version=0.0.4; charset=utf-8; escaping=underscores");
}

TEST(Negotiation, CompressesForThoseWhoTakeGzip) {
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
