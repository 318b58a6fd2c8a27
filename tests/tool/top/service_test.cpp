#include "tool/top/service.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>

#include "tool/check/judge.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/run_tool.hpp"
#include "tool/top/tiles.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr double kWall = 1'700'000'100;

Service::Clock::time_point at(int second) { return Service::Clock::time_point{seconds(second)}; }

Promises built_in() { return {parse_targets(builtin_targets(), "built-in targets")}; }

Exposed text(const std::string& body) { return {body, LintFormat::Text}; }

/// A service with a counter of requests, of one route.
std::string counted(int good, int bad, int started = 1'700'000'000) {
  const std::string labels = "method=\"GET\",endpoint=\"/a\",status=";
  return "process_start_time_seconds " + std::to_string(started) +
         "\n# TYPE http_requests_total counter\nhttp_requests_total{" + labels + "\"200\"} " + std::to_string(good) +
         "\nhttp_requests_total{" + labels + "\"500\"} " + std::to_string(bad) + "\n";
}

const Tile& tile(const Model& model, std::string_view label) {
  const auto found = std::ranges::find(model.tiles, label, &Tile::label);
  if (found == model.tiles.end()) throw std::runtime_error("no tile " + std::string(label));
  return *found;
}

const Table& table(const Model& model, std::string_view name) {
  return *std::ranges::find(model.tables, name, &Table::name);
}

TEST(Service, FirstScrapeShowsGaugesAlone) {
  Service service(built_in(), "s", seconds(60));

  service.add(at(0), kWall, text(counted(10, 1) + "http_requests_active 3\n"));

  EXPECT_EQ(tile(service.model(), "active").value, "3");
  EXPECT_EQ(tile(service.model(), "requests").value, "-");
  EXPECT_FALSE(service.model().seconds);
  EXPECT_FALSE(service.model().verdict);
}

TEST(Service, GaugesThatAreNoNumbersAreNotShown) {
  Service service(built_in(), "s", seconds(60));
  const std::string gauges = "http_requests_active NaN\nprocess_resident_memory_bytes +Inf\n";
  for (int i = 0; i < 2; ++i) {
    auto body = counted(10 * i, 0) + gauges;
    body.replace(body.find("1700000000"), 10, "NaN");
    service.add(at(2 * i), kWall + 2 * i, text(body));
  }

  EXPECT_EQ(tile(service.model(), "active").value, "-");
  EXPECT_THROW(static_cast<void>(tile(service.model(), "memory")), std::runtime_error);
  EXPECT_THAT(service.model().event, IsEmpty()) << "a start that is no time is not another one";
}

TEST(Service, WindowSlidesAndThePastIsOfEachStep) {
  Service service(built_in(), "s", seconds(10));
  for (int i = 0; i <= 4; ++i) service.add(at(5 * i), kWall + 5 * i, text(counted(1000 * i * i, 0)));

  // From 10 s to 20 s, and the last step from 15 s on.
  EXPECT_EQ(service.model().seconds, 10);
  EXPECT_EQ(tile(service.model(), "requests").number, (16'000 - 4'000) / 10.0);
  EXPECT_THAT(tile(service.model(), "requests").past, testing::ElementsAre(200, 600, 1000, 1400));
}

TEST(Service, RestartBeginsTheWindowAnew) {
  Service service(built_in(), "s", seconds(60));
  service.add(at(0), kWall, text(counted(1000, 0)));
  service.add(at(2), kWall + 2, text(counted(2000, 0)));

  service.add(at(4), kWall + 4, text(counted(50, 0, 1'700'000'103)));
  EXPECT_THAT(service.model().event, HasSubstr("the process was restarted"));
  EXPECT_EQ(tile(service.model(), "requests").value, "-");

  service.add(at(6), kWall + 6, text(counted(70, 0, 1'700'000'103)));
  EXPECT_EQ(tile(service.model(), "requests").number, 10);
  EXPECT_TRUE(std::isnan(tile(service.model(), "requests").past[1]));
  EXPECT_EQ(service.model().event_at, kWall + 4);
}

// The process is the same, so that only what counts the metric can tell.
TEST(Service, CounterThatGoesBackBeginsTheWindowAnewAndIsNeverNegative) {
  Service service(built_in(), "s", seconds(60));
  const std::string cache = "# TYPE cache_hits_total counter\ncache_hits_total{cache_type=\"r\",hit=\"true\"} ";
  service.add(at(0), kWall, text(counted(1000, 0) + cache + "1\n"));
  service.add(at(2), kWall + 2, text(counted(2000, 0) + cache + "2\n"));

  service.add(at(4), kWall + 4, text(counted(20, 0) + cache + "3\n"));
  EXPECT_THAT(service.model().event, HasSubstr("counters were reset: http_requests_total"));
  EXPECT_EQ(tile(service.model(), "requests").value, "-");
  EXPECT_EQ(tile(service.model(), "cache hits").number, 1);  // of that nothing is lost

  service.add(at(6), kWall + 6, text(counted(40, 0) + cache + "4\n"));
  EXPECT_EQ(tile(service.model(), "requests").number, 10);
  EXPECT_EQ(service.model().seconds, 2);
}

TEST(Service, FaultThatIsInTheScrapeItselfIsToldAndResetsNothing) {
  Service service(built_in(), "s", seconds(60));
  const std::string broken =
      "# TYPE http_request_duration_seconds histogram\nhttp_request_duration_seconds_bucket{le=\"1\"} 5\n";
  for (int i = 0; i < 3; ++i) service.add(at(2 * i), kWall + 2 * i, text(counted(10 * i, 0) + broken));

  EXPECT_THAT(service.model().event, IsEmpty());
  EXPECT_EQ(tile(service.model(), "p95").value, "-");
  EXPECT_THAT(tile(service.model(), "p95").note, HasSubstr("+Inf"));
  EXPECT_EQ(tile(service.model(), "requests").number, 5);
}

TEST(Service, SaysSinceWhenThereIsNoAnswerAndKeepsWhatWasKnown) {
  Service service(built_in(), "s", seconds(60));
  service.add(at(0), kWall, text(counted(0, 0)));
  service.add(at(2), kWall + 2, text(counted(20, 0)));

  service.fail(kWall + 4, "refused");
  service.fail(kWall + 6, "still refused");
  EXPECT_EQ(service.model().failing_since, kWall + 4);
  EXPECT_EQ(service.model().failure, "still refused");
  EXPECT_EQ(tile(service.model(), "requests").number, 10);

  service.add(at(8), kWall + 8, text(counted(80, 0)));
  EXPECT_THAT(service.model().failure, IsEmpty());
  EXPECT_EQ(tile(service.model(), "requests").number, 10);
  const auto& past = tile(service.model(), "requests").past;
  EXPECT_TRUE(std::isnan(past[1]) && std::isnan(past[2]));
  EXPECT_EQ(past[3], 10);
}

TEST(Service, AnswerAfterAVeryLongTimeBeginsTheWindowAnew) {
  Service service(built_in(), "s", seconds(10));
  service.add(at(0), kWall, text(counted(0, 0)));
  service.add(at(2), kWall + 2, text(counted(20, 0)));

  service.add(at(100), kWall + 100, text(counted(1000, 0)));

  EXPECT_FALSE(service.model().seconds);
  EXPECT_THAT(service.model().event, HasSubstr("no answer for 98.0 s"));
}

TEST(Service, MalformedAnswerChangesNothing) {
  Service service(built_in(), "s", seconds(10));
  service.add(at(0), kWall, text(counted(0, 0)));

  EXPECT_THROW(service.add(at(2), kWall + 2, text("{]\n")), FetchError);
  service.add(at(4), kWall + 4, text(counted(40, 0)));

  EXPECT_EQ(tile(service.model(), "requests").number, 10);
}

TEST(Service, BudgetsOfAFileGoBeforeThoseOfTheService) {
  const std::string labels = "method=\"GET\",endpoint=\"/a\"";
  const auto body = [&](int n) {
    const auto count = std::to_string(n);
    return "http_endpoint_budget_seconds{" + labels +
           ",slo_class=\"x\"} 2\n# TYPE http_request_duration_seconds histogram\n" +
           "http_request_duration_seconds_bucket{" + labels + ",le=\"1\"} " + count +
           "\nhttp_request_duration_seconds_bucket{" + labels + ",le=\"+Inf\"} " + count + "\n";
  };
  const auto used = [&](Promises promises) {
    Service service(std::move(promises), "s", seconds(10));
    service.add(at(0), kWall, text(body(0)));
    service.add(at(2), kWall + 2, text(body(100)));
    return *table(service.model(), "routes").rows.at(0).cells.back().number;
  };
  const std::string levels = "endpoint_classes:\n  - {name: c, routes: [GET /a], objective: 95%, target: 500ms}\n";

  EXPECT_DOUBLE_EQ(used(built_in()), 0.95 / 2);
  EXPECT_DOUBLE_EQ(used({read_levels_or_targets(levels, "l"), ServiceLevels::parse(levels, "l"), false}), 0.95 / 0.5);
}

TEST(Service, ObjectivesHaveComplianceBudgetAndBurnRate) {
  const auto body = [](int events, int bad) {
    return "slo_objective_ratio{slo=\"errors\"} 0.99\n# TYPE slo_events_total "
           "counter\nslo_events_total{slo=\"errors\"} " +
           std::to_string(events) + "\n# TYPE slo_bad_events_total counter\nslo_bad_events_total{slo=\"errors\"} " +
           std::to_string(bad) + "\n";
  };
  Service service(built_in(), "s", seconds(10));
  service.add(at(0), kWall, text(body(9'000, 10)));
  service.add(at(2), kWall + 2, text(body(10'000, 50)));

  const auto& cells = table(service.model(), "levels").rows.at(0).cells;
  EXPECT_EQ(cells[2].text, "99.50 %");
  EXPECT_EQ(cells[4].text, "50.00 %");  // of the 100 that may be bad 50 are
  EXPECT_EQ(cells[5].text, "4");        // 4 % of the last 1000 are bad, and 1 % may be
  EXPECT_EQ(cells[5].verdict, Verdict::Warning);
}

TEST(Service, NarrowBucketsGivePercentilesAndOpenTelemetrysNamesAreKnown) {
  const auto histogram = [](const std::string& name, const std::string& labels, const char* bound, int n) {
    const auto count = std::to_string(n);
    return "# TYPE " + name + " histogram\n" + name + "_bucket{" + labels + "le=\"" + bound + "\"} " + count + "\n" +
           name + "_bucket{" + labels + "le=\"+Inf\"} " + count + "\n" + name + "_count{" + labels + "} " + count +
           "\n";
  };
  const std::string route = "http_request_method=\"GET\",http_route=\"/a\",http_response_status_code=\"500\",";
  const auto body = [&](int n) {
    return histogram("http_request_duration_highr_seconds", "", "0.1", n) +
           histogram("http_server_request_duration_seconds", route, "1", n);
  };
  Service service(built_in(), "s", seconds(10));
  service.add(at(0), kWall, text(body(0)));
  service.add(at(2), kWall + 2, text(body(100)));

  EXPECT_DOUBLE_EQ(*tile(service.model(), "p95").number, 0.095);
  EXPECT_EQ(tile(service.model(), "errors").number, 1);
  EXPECT_EQ(table(service.model(), "routes").rows.at(0).cells[1].text, "/a");
}

/// Exactly, as both count by the same code; with each kind of target.
TEST(Service, SaysWhatCheckSays) {
  const Promises promises = built_in();
  const auto before = read_text(data_folder() + "/before.prom");
  const auto after = read_text(data_folder() + "/after.prom");
  const auto wanted = wanted_samples(promises);
  const auto first = Scrape::parse(before, wanted);
  const auto second = Scrape::parse(after, wanted);
  const auto judgement = judge(promises.targets, {first, second, 10});

  Service service(built_in(), "s", seconds(60));
  service.add(at(0), kWall, text(before));
  service.add(at(10), kWall + 10, text(after));

  const std::pair<const char*, const char*> shown[] = {{"p50 response time", "p50"}, {"p95 response time", "p95"},
                                                       {"p99 response time", "p99"}, {"error rate", "errors"},
                                                       {"throughput", "requests"},   {"cache hit ratio", "cache hits"}};
  for (const auto& [target, label] : shown) {
    const auto row = std::ranges::find(judgement.rows, target, [](const Row& one) { return one.target->name; });
    EXPECT_EQ(tile(service.model(), label).number, row->value) << target;
    EXPECT_EQ(tile(service.model(), label).verdict, row->verdict) << target;
  }
  EXPECT_EQ(table(service.model(), "targets").rows.size(), judgement.rows.size());
}

}  // namespace
}  // namespace vitals::tool
