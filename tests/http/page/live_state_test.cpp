#include "http/page/live_state.hpp"

#include <array>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <vitals/build_info.hpp>
#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "core/instruments/access.hpp"

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using testing::SizeIs;

TEST(LiveState, ShowsTheTracesOfSlowAndFailedRequests) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"GET /a"}, .exemplars = true}};
  const auto request = [&http](char trace, int status, std::chrono::milliseconds took) {
    const std::string header = "00-" + std::string(32, trace) + "-00f067aa0ba902b7-01";
    const auto headers = [&header](std::string_view name) -> std::string_view {
      return name == "traceparent" ? std::string_view{header} : "";
    };
    http.start("GET", "/a", headers).finish(status, took);
  };
  LiveState state{nullptr, std::size_t{1} << 20};

  request('a', 200, 2s);
  request('b', 503, 20ms);
  request('c', 404, 30ms);
  state.sample(registry.snapshot());

  const json data = json::parse(state.answer("data", {}).json);
  ASSERT_THAT(data["slowest"], SizeIs(3));
  EXPECT_EQ(data["slowest"][0]["trace_id"], std::string(32, 'a'));
  EXPECT_EQ(data["slowest"][0]["seconds"], 2);
  ASSERT_THAT(data["failures"], SizeIs(1)) << "a 404 is the client's";
  const json& failure = data["failures"][0];
  EXPECT_EQ(failure["trace_id"], std::string(32, 'b'));
  EXPECT_EQ(failure["status"], "503");
  EXPECT_EQ(failure["endpoint"], "/a");
  EXPECT_EQ(failure["seconds"], 0.02);
}

TEST(LiveState, SaysTheVersionOfTheProgram) {
  Registry registry;
  LiveState state{nullptr, std::size_t{1} << 20};
  state.sample(registry.snapshot());
  EXPECT_FALSE(json::parse(state.answer("data", {}).json).contains("version"));
  register_build_info(registry, {.version = "1.2.3"});
  state.sample(registry.snapshot());
  EXPECT_EQ(json::parse(state.answer("data", {}).json)["version"], "1.2.3");
}

TEST(LiveState, DoesNotKnowHowLongAFailureTookWhoseBucketHasAnotherTrace) {
  Registry registry;
  HttpMetrics http{registry, {.routes = {"GET /a"}, .exemplars = true}};
  const auto request = [&http](std::string_view header, int status) {
    const auto headers = [header](std::string_view name) {
      return name == "traceparent" ? header : std::string_view{};
    };
    http.start("GET", "/a", headers).finish(status, 20ms);
  };
  LiveState state{nullptr, std::size_t{1} << 20};

  request("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", 500);
  request("00-a3ce929d0e0e47364bf92f3577b34da6-00f067aa0ba902b7-01", 200);
  state.sample(registry.snapshot());

  const json data = json::parse(state.answer("data", {}).json);
  ASSERT_THAT(data["failures"], SizeIs(1));
  EXPECT_TRUE(data["failures"][0]["seconds"].is_null());
}

}  // namespace
}  // namespace vitals::detail
