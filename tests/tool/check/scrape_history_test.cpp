#include "tool/check/scrape_history.hpp"

#include <string>

#include <gtest/gtest.h>

namespace vitals::tool {
namespace {

using std::chrono::seconds;

Exposed exposed(int value, const std::string& more = {}) {
  return {"# TYPE c_total counter\nc_total " + std::to_string(value) + "\n" + more, LintFormat::Text};
}

ScrapeHistory::Clock::time_point at(int second) { return ScrapeHistory::Clock::time_point{seconds(second)}; }

double value(const Scrape& scrape) { return scrape.find("c_total")->begin()->second; }

TEST(ScrapeHistory, WindowSlides) {
  ScrapeHistory history({"c_total"}, seconds(10));

  history.add(at(0), exposed(100), "s");
  EXPECT_FALSE(history.window());
  for (int i = 1; i <= 4; ++i) {
    history.add(at(i * 4), exposed(100 + i), "s");
    const auto window = history.window();
    ASSERT_TRUE(window);
    const int first = i < 4 ? 0 : 1;
    EXPECT_EQ(value(window->before), 100 + first) << i;
    EXPECT_EQ(value(window->after), 100 + i);
    EXPECT_EQ(window->seconds, (i - first) * 4);
    EXPECT_EQ(history.was_full(), i >= 3);
  }
}

TEST(ScrapeHistory, ScrapeThatIsMalformedIsNotAdded) {
  ScrapeHistory history({"c_total"}, seconds(10));
  history.add(at(0), exposed(100), "s");
  history.add(at(4), exposed(101), "s");

  EXPECT_THROW(history.add(at(8), {"c_total{", LintFormat::Text}, "s"), FetchError);

  EXPECT_EQ(value(history.window()->after), 101);
  EXPECT_EQ(history.window()->seconds, 4);
}

// That of a counter that no target wants shows a restart: all of them are there in the first scrape and the last.
TEST(ScrapeHistory, KeepsAllThatTellsARestartInAFractionOfItsSize) {
  std::string counters;
  for (int i = 0; i < 20'000; ++i)
    counters += "other_total{route=\"/api/v1/clients/" + std::to_string(i) + "\",method=\"GET\"} 17\n";
  ScrapeHistory history({"c_total"}, seconds(100));

  for (int i = 0; i < 8; ++i) history.add(at(i), exposed(i, counters), "s");

  EXPECT_LT(history.bytes(), 8 * counters.size() / 5);
  EXPECT_EQ(history.window()->before.counters().size(), 20'001U);
  EXPECT_EQ(history.window()->after.counters().size(), 20'001U);
}

}  // namespace
}  // namespace vitals::tool
