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
  EXPECT_EQ(of("process_start_time_seconds 7\n", "process_start_time_seconds 9\n").kind, Kind::Restarted);
  EXPECT_EQ(of("process_start_time_seconds 7\n", "").kind, Kind::Restarted);
  EXPECT_EQ(of("", "process_start_time_seconds 7\n").kind, Kind::Restarted);
}

// Clients compute it from the time of boot, which moves by a second where the clock is corrected.
TEST(Continuity, StartTimeThatIsASecondOffIsTheSameUnlessSomethingSpeaksAgainstIt) {
  const auto started = [](const std::string& at, const std::string& value) {
    return "process_start_time_seconds " + at + "\n" + kCounter + "a_total " + value + "\n";
  };

  const auto near = of(started("1700000000.01", "8"), started("1700000000.02", "9"));
  EXPECT_EQ(near.kind, Kind::Same);
  EXPECT_EQ(near.reason, "process_start_time_seconds is the same within a second, and no counter went back");
  EXPECT_EQ(of(started("1700000000.01", "8"), started("1700000001.01", "9")).kind, Kind::Same);
  EXPECT_EQ(of(started("1700000000.01", "8"), started("1700000001.02", "9")).kind, Kind::Restarted);
  EXPECT_EQ(of(started("1700000000.01", "8"), started("1700000000.02", "7")).kind, Kind::Restarted);
  EXPECT_EQ(of(started("1700000000.01", "8"), "process_start_time_seconds{x=\"1\"} 1700000000.01\n").kind,
            Kind::Restarted);
  const auto made = [](const std::string& at, const std::string& created) {
    return "process_start_time_seconds " + at + "\n# TYPE a counter\na_total 9\na_created " + created + "\n# EOF\n";
  };
  EXPECT_EQ(of(made("7", "7.5"), made("7.25", "7.75"), LintFormat::OpenMetrics).kind, Kind::Restarted);
}

TEST(Continuity, SameStartTimeIsBelievedMoreThanACounterThatWentBack) {
  const std::string start = "process_start_time_seconds 7\n" + kCounter;

  EXPECT_EQ(of(start + "a_total 9\n", start + "a_total 1\n").kind, Kind::Same);
}

TEST(Continuity, CounterOfAnyMetricThatWentBackIsARestart) {
  const auto back = of(kCounter + "a_total{x=\"1\"} 9\n", kCounter + "a_total{x=\"1\"} 8\n");

  EXPECT_EQ(back.kind, Kind::Restarted);
  EXPECT_EQ(back.reason, "a_total{x=\"1\"} went back: the process was restarted between the scrapes");
  EXPECT_EQ(of("a_total 9\n", "a_total 8\n").kind, Kind::Restarted);
  const std::string histogram = "# TYPE h histogram\nh_bucket{le=\"+Inf\"} ";
  EXPECT_EQ(of(histogram + "5\nh_sum 1\nh_count 5\n", histogram + "4\nh_sum 1\nh_count 4\n").kind, Kind::Restarted);
  const std::string summary = "# TYPE s summary\n";
  EXPECT_EQ(of(summary + "s_sum 1\ns_count 5\n", summary + "s_sum 1\ns_count 4\n").kind, Kind::Restarted);
}

// Series expire; a restart leaves none of a metric that is counted later.
TEST(Continuity, ASeriesThatVanishedIsNoRestartUnlessItsMetricLostAll) {
  const std::string two = kCounter + "a_total{x=\"1\"} 9\na_total{x=\"2\"} 9\n# TYPE ab_total counter\nab_total 1\n";

  const auto one = of(two, kCounter + "a_total{x=\"2\"} 9\n# TYPE ab_total counter\nab_total 1\n");
  EXPECT_EQ(one.kind, Kind::Unproven);
  EXPECT_EQ(one.reason,
            "a restart between the scrapes can't be ruled out: a_total{x=\"1\"} vanished, and there is no "
            "process_start_time_seconds and no time of creation");
  const auto all = of(two, kCounter + "# TYPE ab_total counter\nab_total 1\n");
  EXPECT_EQ(all.kind, Kind::Restarted);
  EXPECT_EQ(all.reason, "all series of a_total vanished between the scrapes, as after a restart");
  EXPECT_EQ(of(two, kCounter + "a_total{x=\"1\"} 9\na_total{x=\"2\"} 9\n").kind, Kind::Restarted);
  EXPECT_EQ(of(two, kCounter + "a_total{x=\"2\"} 8\n# TYPE ab_total counter\nab_total 1\n").kind, Kind::Restarted);
  EXPECT_EQ(of(kCounter + "a_total 9\n", kCounter + "a_total{x=\"1\"} 9\n").kind, Kind::Unproven);
}

TEST(Continuity, OneEqualTimeOfCreationIsNotBelievedIfACounterWentBack) {
  const auto body = [](const std::string& value, const std::string& created, const std::string& count,
                       const std::string& counted) {
    return "# TYPE a counter\na_total 9\na_created 1.5\n# TYPE b counter\nb_total " + value + "\n" + created +
           "# TYPE h histogram\nh_bucket{le=\"+Inf\"} " + count + "\nh_count " + count + "\nh_sum 1\n" + counted +
           "# EOF\n";
  };
  const auto open = [](const std::string& before, const std::string& after) {
    return of(before, after, LintFormat::OpenMetrics);
  };

  const auto back = open(body("9", "", "5", ""), body("8", "", "5", ""));
  EXPECT_EQ(back.kind, Kind::Restarted);
  EXPECT_EQ(back.reason,
            "b_total went back, though others have the same time of creation: the scrapes are of different processes");
  EXPECT_EQ(open(body("9", "b_created 1.5\n", "5", ""), body("8", "b_created 1.5\n", "5", "")).kind, Kind::Restarted);
  EXPECT_EQ(open(body("9", "", "5", "h_created 1.5\n"), body("9", "", "4", "h_created 1.5\n")).kind, Kind::Restarted);
  // A series that ended and came again counts from 0.
  EXPECT_EQ(open(body("9", "b_created 1.5\n", "5", ""), body("8", "b_created 2.5\n", "5", "")).kind, Kind::Same);
  EXPECT_EQ(open(body("9", "", "5", "h_created 1.5\n"), body("9", "", "4", "h_created 2.5\n")).kind, Kind::Same);
}

// Their names differ, so that nothing of the first would be found in the second.
TEST(Continuity, CountersOfDifferentFormatsAreNotCompared) {
  const auto result = continuity(Scrape::parse("# TYPE a counter\na 9\n", {}, LintFormat::Text),
                                 Scrape::parse("# TYPE a counter\na_total 9\n# EOF\n", {}, LintFormat::OpenMetrics));

  EXPECT_EQ(result.kind, Kind::Unproven);
  EXPECT_EQ(result.reason,
            "both scrapes must be in one format: the first is text, the second OpenMetrics; ask for both with the same "
            "Accept header");
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
