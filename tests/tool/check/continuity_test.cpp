#include "tool/check/continuity.hpp"

#include <string>

#include <gmock/gmock.h>

namespace vitals::tool {
namespace {

using testing::HasSubstr;
using Kind = Continuity::Kind;

Continuity of(const std::string& before, const std::string& after, LintFormat format = LintFormat::Text) {
  return continuity(Scrape::parse(before, {}, format), Scrape::parse(after, {}, format));
}

const std::string kCounter = "# TYPE a_total counter\n";

TEST(Continuity, StartTimeTells) {
  EXPECT_EQ(of("process_start_time_seconds 7\n", "process_start_time_seconds 7\n").kind, Kind::Same);
  EXPECT_EQ(of("process_start_time_seconds 7\n", "process_start_time_seconds 8\n").kind, Kind::Restarted);
  EXPECT_EQ(of("process_start_time_seconds 7\n", "").kind, Kind::Restarted);
  EXPECT_EQ(of("", "process_start_time_seconds 7\n").kind, Kind::Restarted);
}

TEST(Continuity, SameStartTimeIsBelievedMoreThanACounterThatWentBack) {
  const std::string start = "process_start_time_seconds 7\n" + kCounter;

  EXPECT_EQ(of(start + "a_total 9\n", start + "a_total 1\n").kind, Kind::Same);
}

TEST(Continuity, CounterOfAnyMetricThatWentBackOrVanishedIsARestart) {
  const auto back = of(kCounter + "a_total{x=\"1\"} 9\n", kCounter + "a_total{x=\"1\"} 8\n");

  EXPECT_EQ(back.kind, Kind::Restarted);
  EXPECT_EQ(back.reason, "a_total{x=\"1\"} went back: the process was restarted between the scrapes");
  EXPECT_THAT(of(kCounter + "a_total 9\n", "").reason, HasSubstr("a_total vanished"));
  EXPECT_EQ(of("a_total 9\n", "a_total 8\n").kind, Kind::Restarted);
  const std::string histogram = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} ";
  EXPECT_EQ(of(histogram + "5\nh_sum 1\nh_count 5\n", histogram + "4\nh_sum 1\nh_count 4\n").kind, Kind::Restarted);
  const std::string summary = "# TYPE s summary\n";
  EXPECT_EQ(of(summary + "s_sum 1\ns_count 5\n", summary + "s_sum 1\ns_count 4\n").kind, Kind::Restarted);
}

TEST(Continuity, GaugesAndSumsMayGoDown) {
  EXPECT_EQ(of("# TYPE a gauge\na 9\n", "# TYPE a gauge\na 8\n").kind, Kind::Unproven);
  EXPECT_EQ(of("# TYPE a_total gauge\na_total 9\n", "# TYPE a_total gauge\na_total 8\n").kind, Kind::Unproven);
  EXPECT_EQ(of("a_count 9\n", "a_count 8\n").kind, Kind::Unproven);
  EXPECT_EQ(of("# TYPE s summary\ns_sum 9\ns_count 5\n", "# TYPE s summary\ns_sum 8\ns_count 5\n").kind,
            Kind::Unproven);
}

TEST(Continuity, CountersThatGrewAreNoProof) {
  EXPECT_EQ(of(kCounter + "a_total 9\n", kCounter + "a_total 10\n").kind, Kind::Unproven);
  EXPECT_EQ(of(kCounter, kCounter + "a_total 10\n").kind, Kind::Unproven);
}

TEST(Continuity, OneEqualTimeOfCreationIsEnoughAndNoneIsARestart) {
  const auto made = [](const std::string& a, const std::string& b) {
    return "# TYPE a counter\na_total{x=\"1\"} 9\na_created{x=\"1\"} " + a +
           "\na_total{x=\"2\"} 9\na_created{x=\"2\"} " + b + "\n# EOF\n";
  };

  EXPECT_EQ(of(made("1.5", "2.5"), made("1.5", "2.5"), LintFormat::OpenMetrics).kind, Kind::Same);
  EXPECT_EQ(of(made("1.5", "2.5"), made("1.5", "3.5"), LintFormat::OpenMetrics).kind, Kind::Same);
  EXPECT_EQ(of(made("1.5", "2.5"), made("3.5", "3.5"), LintFormat::OpenMetrics).kind, Kind::Restarted);
}

TEST(Continuity, TimesOfCreationMayBeRoundedDifferently) {
  const auto made = [](const std::string& at) { return "# TYPE a counter\na_total 9\na_created " + at + "\n# EOF\n"; };

  EXPECT_EQ(of(made("1700000000.123456789"), made("1700000000.123"), LintFormat::OpenMetrics).kind, Kind::Same);
  EXPECT_EQ(of(made("1700000000.123"), made("1700000000.125"), LintFormat::OpenMetrics).kind, Kind::Restarted);
}

// As Python's client writes them: text has no _created samples, so they are gauges.
TEST(Continuity, TimesOfCreationAreReadInTextToo) {
  const std::string text = kCounter + "a_total 9\n# TYPE a_created gauge\na_created ";

  EXPECT_EQ(of(text + "1.5\n", text + "1.5\n").kind, Kind::Same);
  EXPECT_EQ(of(text + "1.5\n", text + "2.5\n").kind, Kind::Restarted);
}

}  // namespace
}  // namespace vitals::tool
