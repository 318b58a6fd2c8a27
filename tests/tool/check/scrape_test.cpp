#include "tool/check/scrape.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tool/input/exposition.hpp"

namespace vitals::tool {
namespace {

TEST(Scrape, KeepsOnlyWhatIsAskedFor) {
  const auto scrape = Scrape::parse(
      "# TYPE a_total counter\na_total{y=\"2\",x=\"1\"} 3\nb 4\n# TYPE h histogram\nh_bucket{le=\"+Inf\"} 5\nh_count "
      "5\n"
      "process_start_time_seconds 7\n",
      {"a_total", "h_bucket"});

  ASSERT_NE(scrape.find("a_total"), nullptr);
  EXPECT_EQ(scrape.find("a_total")->at({{"x", "1"}, {"y", "2"}}), 3);
  EXPECT_EQ(scrape.find("h_bucket")->size(), 1U);
  EXPECT_EQ(scrape.find("b"), nullptr);
  EXPECT_EQ(scrape.find("h_count"), nullptr);
  EXPECT_EQ(scrape.type("h"), "histogram");
  EXPECT_EQ(scrape.type("a_total"), "counter");
  EXPECT_EQ(scrape.process_starts().at({}), 7);
}

TEST(Scrape, RefusesASeriesThatComesTwice) {
  EXPECT_THROW(Scrape::parse("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n", {"a"}), ExpositionError);
  EXPECT_THROW(Scrape::parse("a 1\na{x=\"\"} 2\n", {"a"}), ExpositionError);
  EXPECT_NO_THROW(Scrape::parse("a{x=\"1\"} 1\na{x=\"2\"} 2\n", {"a"}));
}

TEST(Scrape, RefusesMoreSeriesAndLabelsThanItHasMemoryFor) {
  const std::string text = "a 1\na{x=\"1\"} 1\na{x=\"2\",y=\"2\"} 1\nb 1\n";

  EXPECT_NO_THROW(Scrape::parse(text, {"a"}, LintFormat::Text, 6));
  EXPECT_THROW(Scrape::parse(text, {"a"}, LintFormat::Text, 5), ExpositionError);
  EXPECT_THROW(Scrape::parse(text, {"a", "b"}, LintFormat::Text, 6), ExpositionError);
}

}  // namespace
}  // namespace vitals::tool
