#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pthread.h>
#include <unistd.h>

#include <vitals/http.hpp>
#include <vitals/http/live_page.hpp>
#include <vitals/levels.hpp>
#include <vitals/vitals.hpp>

#include "http/endpoint/gzip.hpp"
#include "http/http_client.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Headers = std::map<std::string, std::string, std::less<>>;

Headers headers_of(const PageResponse& response) {
  Headers all;
  response.headers([&all](std::string_view name, std::string_view value) {
    EXPECT_TRUE(all.emplace(name, value).second) << name << " twice";
  });
  return all;
}

TEST(LivePage, ServesThePageAndItsFiles) {
  Registry registry;
  const LivePage page{registry};

  const auto plain = page.serve("");
  EXPECT_EQ(plain.status, 200);
  EXPECT_THAT(plain.body, StartsWith("<!doctype html>"));
  auto headers = headers_of(plain);
  EXPECT_EQ(headers["Content-Type"], "text/html; charset=utf-8");
  EXPECT_THAT(headers["Content-Security-Policy"], StartsWith("default-src 'none'; script-src 'self';"));
  EXPECT_EQ(headers["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(headers["Cache-Control"], "no-store");
  EXPECT_FALSE(headers.contains("Content-Encoding"));

  const auto compressed = page.serve("", "", "br, gzip");
  EXPECT_EQ(headers_of(compressed)["Content-Encoding"], "gzip");
  EXPECT_EQ(detail::gunzip(compressed.body, plain.body.size()), plain.body);
  EXPECT_EQ(headers_of(page.serve("live.js"))["Content-Type"], "text/javascript; charset=utf-8");
}

TEST(LivePage, AnswersWithTheDataOfItsRegistry) {
  Registry registry;
  auto& jobs = registry.counter("jobs_total", "Jobs.");
  const ServiceLevels levels{.error_rate = RatioLevel{.target = 0.01}};
  HttpMetrics http{registry, {.routes = {"/a"}, .levels = &levels}};
  const LivePage page{registry, {.levels = &levels, .links = {"../metrics"}}};

  jobs.inc();
  http.start("GET", "/a").finish();
  json data;
  do {  // the first sample is taken a second after it was made
    std::this_thread::sleep_for(50ms);
    data = json::parse(page.serve("data", "range=300").body);
  } while (data["metrics"].empty());

  EXPECT_THAT(data["links"], ElementsAre("../metrics"));
  EXPECT_THAT(data["routes"], SizeIs(1));
  EXPECT_THAT(data["levels"]["objectives"], SizeIs(1));
  const auto metric = page.serve("metric", "name=jobs_total&range=300");
  EXPECT_EQ(metric.status, 200);
  EXPECT_EQ(headers_of(metric)["Content-Type"], "application/json");
  EXPECT_EQ(json::parse(metric.body)["name"], "jobs_total");
  const auto compressed = page.serve("data", "range=300", "gzip");
  auto headers = headers_of(compressed);
  EXPECT_EQ(headers["Content-Encoding"], "gzip");
  EXPECT_EQ(headers["Vary"], "Accept-Encoding");
  EXPECT_LT(compressed.body.size(), page.serve("data", "range=300").body.size());
}

TEST(LivePage, RefusesWhatItDoesNotHave) {
  Registry registry;
  const LivePage page{registry};
  EXPECT_EQ(page.serve("live.xyz").status, 404);
  EXPECT_EQ(page.serve("/").status, 404);
  EXPECT_EQ(page.serve("../metrics").status, 404);
  EXPECT_EQ(page.serve("data", "range=4").status, 400);
  EXPECT_EQ(page.serve("metric").status, 400);
  EXPECT_EQ(page.serve("metric", "name=nothing").status, 404);
  const auto hostile = page.serve("<script>", "\r\nSet-Cookie: a=b");
  EXPECT_THAT(hostile.body + hostile.more_headers, Not(HasSubstr("script")));
  EXPECT_THAT(hostile.more_headers, Not(HasSubstr("Cookie")));
}

TEST(LivePage, RefusesOptionsThatMakeNoSense) {
  Registry registry;
  const ServiceLevels levels{.error_rate = RatioLevel{.target = 2}};
  EXPECT_THROW((LivePage{registry, {.levels = &levels}}), std::invalid_argument);
  EXPECT_THROW((LivePage{registry, {.max_history_bytes = (std::size_t{1} << 30) + 1}}), std::invalid_argument);
}

TEST(LivePage, GoesOnInAnotherThreadWhenACallbackEndsItsOwn) {
  const auto tasks = [] {
    std::set<std::string> ids;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
      std::string name;
      std::getline(std::ifstream{task.path() / "comm"}, name);
      if (name == "vitals-page") ids.insert(task.path().filename());
    }
    return ids;
  };
  Registry registry;
  std::atomic<pid_t> ended{0};
  const auto ends = registry.gauge_callback("ends", "Ends its thread.", [&]() -> double {
    ended = gettid();
    pthread_exit(nullptr);
  });
  const LivePage page{registry};

  EXPECT_TRUE(testing::eventually([&] {
    const auto ids = tasks();
    return ended != 0 && ids.size() == 1 && !ids.contains(std::to_string(ended));
  }));
  EXPECT_EQ(page.serve("data", "range=300").status, 200);
}

// Its thread waits for the first sample then.
TEST(LivePage, EndsAtOnce) {
  Registry registry;
  for (int i = 0; i < 100; ++i) const LivePage page{registry};
}

}  // namespace
}  // namespace vitals
