// What is wrong with the service, its exporter, its levels or a clock: each is named, and none is taken for ok.
#include <ctime>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "tool/run_tool.hpp"

namespace vitals::tool {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string histogram(const std::string& buckets, const std::string& count) {
  std::string text = "process_start_time_seconds 7\n# TYPE http_request_duration_seconds histogram\n";
  for (std::size_t at = 0; at < buckets.size();) {
    const auto colon = buckets.find(':', at);
    const auto blank = std::min(buckets.find(' ', at), buckets.size());
    text += "http_request_duration_seconds_bucket{method=\"GET\",endpoint=\"/a\",le=\"" +
            buckets.substr(at, colon - at) + "\"} " + buckets.substr(colon + 1, blank - colon - 1) + "\n";
    at = blank + 1;
  }
  return text +
         (count.empty() ? "" : "http_request_duration_seconds_count{method=\"GET\",endpoint=\"/a\"} " + count + "\n");
}

const std::string kZero = histogram("0.1:0 0.2:0 +Inf:0", "0");
const std::string kGood = histogram("0.1:900 0.2:1000 +Inf:1000", "1000");
constexpr const char* kP95 = "latency: [{target: 200ms}]\n";

struct Case {
  const char* what;
  std::string before, after, levels;
  const char* told;
};

std::string requests(const std::string& start, const std::string& timestamp, int value) {
  return "# TYPE http_requests_total counter\nhttp_requests_total{status=\"200\"} " + std::to_string(value) +
         (timestamp.empty() ? "" : " " + timestamp) +
         (start.empty() ? "\n" : "\nprocess_start_time_seconds " + start + "\n");
}

std::vector<Case> cases() {
  const std::string errors = "error_rate: {target: 1%}\n";
  const auto soon = std::to_string(std::time(nullptr) + 3600);
  const auto classes = [](const std::string& first, const std::string& second) {
    return "endpoint_classes:\n  - {name: a, routes: [" + first + "], target: 200ms}\n  - {name: b, routes: [" +
           second + "], target: 200ms}\n";
  };
  return {
      {"a percentile beyond the last bucket", kZero, histogram("0.1:0 0.2:0 +Inf:1000", "1000"),
       "latency: [{target: 5s}]\n", "above the last finite bucket; add larger buckets"},
      {"an objective that can't fire", kZero, kGood,
       "latency: [{objective: 90%, target: 1s}]\nburn_rate_alerts: [{severity: page, burn_rate: 14.4, long_window: 1h, "
       "short_window: 5m}]\n",
       "levels.yml:1:23: its error budget, 10%, burns at 10 times its pace at most"},
      {"a route in two classes", kZero, kGood, classes("GET /a", "GET /a"),
       "levels.yml:3:24: route 'GET /a' belongs to 'a' and to 'b'; leave it in one of them"},
      {"a class that matches nothing", kZero, kGood, classes("GET /a", "GET /b"),
       "no series with method=GET, endpoint=/b"},
      {"an unknown metric", kZero, kGood, errors, "no metric http_requests_total"},
      {"a counter that went back", kGood, kZero, kP95,
       "http_request_duration_seconds_bucket{endpoint=\"/a\",le=\"+Inf\",method=\"GET\"} went back from 1000 to 0, as "
       "after a restart"},
      {"a bucket with less than the one below it", kZero, histogram("0.1:990 0.2:980 +Inf:1000", "1000"), kP95,
       "has 990 up to 0.1 and 980 up to 0.2: buckets are cumulative, so the exporter is wrong"},
      {"a bucket that had less than the one below it", histogram("0.1:9 0.2:8 +Inf:10", "10"), kGood, kP95,
       "had 9 up to 0.1 and 8 up to 0.2: buckets are cumulative"},
      {"a bucket that grew less than the one below it", histogram("0.1:0 0.2:950 +Inf:950", "950"), kGood, kP95,
       "grew by 900 up to 0.1 and 50 up to 0.2: buckets are cumulative"},
      {"+Inf that is not the count", kZero, histogram("0.1:900 0.2:1000 +Inf:1000", "1001"), kP95,
       "has 1000 in the bucket +Inf and 1001 as its count: they are one, so the exporter is wrong"},
      {"no bucket +Inf", kZero, histogram("0.1:900 0.2:1000", "1000"), kP95,
       "le=\"+Inf\",method=\"GET\"} vanished between the scrapes"},
      {"never a bucket +Inf", histogram("0.1:0 0.2:0", "0"), histogram("0.1:900 0.2:1000", "1000"), kP95,
       "a histogram has no +Inf bucket"},
      {"a bucket that vanished", kZero, histogram("0.1:900 +Inf:1000", "1000"), kP95,
       "http_request_duration_seconds_bucket{endpoint=\"/a\",le=\"0.2\",method=\"GET\"} vanished between the scrapes"},
      {"a bucket that is new", histogram("0.1:0 +Inf:0", "0"), kGood, kP95,
       "the buckets of http_request_duration_seconds{endpoint=\"/a\",method=\"GET\"} changed between the scrapes"},
      {"a start in the future", requests(soon, "", 0), requests(soon, "", 9000), errors,
       "s in the future: a clock is wrong, there or here"},
      {"timestamps in the future", requests("", "1700000000000", 0), requests("", soon + "000", 9000), errors,
       "its samples carry timestamps"},
      {"timestamps that stand still", requests("", "1700000000000", 0), requests("", "1700000000000", 9000), errors,
       "its samples carry the same timestamps in both scrapes, or older ones: they are not fresh"},
  };
}

TEST(BadInput, IsNamedAndNeverOk) {
  for (const auto& one : cases()) {
    const auto result = run_tool({"check", "--before", temporary_file("bad1.prom", one.before), "--after",
                                  temporary_file("bad2.prom", one.after), "--duration", "30s", "--config",
                                  temporary_file("levels.yml", one.levels)});
    EXPECT_EQ(result.status, 3) << one.what << '\n' << result.out;
    EXPECT_THAT(result.out + result.err, HasSubstr(one.told)) << one.what;
  }
}

// The same numbers without the fault.
TEST(BadInput, WithoutAFaultIsOk) {
  const auto status = [](const std::string& before, const std::string& after, const std::string& levels) {
    return run_tool({"check", "--before", temporary_file("good1.prom", before), "--after",
                     temporary_file("good2.prom", after), "--duration", "30s", "--config",
                     temporary_file("levels.yml", levels)})
        .status;
  };
  EXPECT_EQ(status(kZero, kGood, kP95), 0);
  EXPECT_EQ(status(requests("1700000000", "", 0), requests("1700000000", "", 9000), "error_rate: {target: 1%}\n"), 0);
}

TEST(BadInput, AddressThatCantBeReachedIsUnknown) {
  const auto result = run_tool({"check", "--url", "http://127.0.0.1:1/metrics", "--duration", "1s"});

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("http://127.0.0.1:1/metrics: "));
}

// The percentile is below it for certain, so the target is met; that a miss could not be told is said.
TEST(BadInput, ThresholdBeyondTheLastBucketIsNoted) {
  const auto out = [](const std::string& levels) {
    return run_tool({"check", "--before", temporary_file("last1.prom", kZero), "--after",
                     temporary_file("last2.prom", kGood), "--config", temporary_file("levels.yml", levels)})
        .out;
  };
  constexpr auto kNote = "the threshold is above the last finite bucket";

  EXPECT_THAT(out("latency: [{target: 5s}]\n"), AllOf(HasSubstr("ok: 1 ok"), HasSubstr(kNote)));
  EXPECT_THAT(out("latency: [{target: 200ms, critical: 5s}]\n"), HasSubstr(kNote));
  EXPECT_THAT(out("latency: [{target: 100ms, critical: 200ms}]\n"), Not(HasSubstr(kNote)));
}

// Saved scrapes whose samples have timestamps tell the time between them.
TEST(Files, RateNeedsNoDurationWhereSamplesHaveTimestamps) {
  const auto levels = temporary_file("rate.yml", "throughput: {target: 100/s}\n");
  const auto check = [&](const std::string& name, const std::string& first, const std::string& second) {
    return run_tool({"check", "--before", temporary_file("1" + name, first), "--after",
                     temporary_file("2" + name, second), "--config", levels})
        .out;
  };

  EXPECT_THAT(check("t.prom", requests("", "1700000000000", 0), requests("", "1700000030500", 3050)),
              AllOf(HasSubstr("over 30.5 s"), HasSubstr("100 /s")));
  EXPECT_THAT(check("t.om", "# TYPE http_requests counter\nhttp_requests_total 0 1700000000\n# EOF\n",
                    "# TYPE http_requests counter\nhttp_requests_total 3050 1700000030.5\n# EOF\n"),
              AllOf(HasSubstr("over 30.5 s"), HasSubstr("100 /s")));
}

}  // namespace
}  // namespace vitals::tool
