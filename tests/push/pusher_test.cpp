#include <atomic>
#include <chrono>
#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/fake_gateway.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::FakeGateway;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using SteadyClock = std::chrono::steady_clock;

const std::string kOk = answer("200 OK");

PushOptions to(const FakeGateway& gateway) {
  return {.url = gateway.url(), .job = "j", .deadline = 30s, .retry_max = 20ms};
}

struct Timed {
  PushResult result;
  SteadyClock::duration took;
};
template <class Call>
Timed timed(Call call) {
  const auto start = SteadyClock::now();
  PushResult result = call();
  return {std::move(result), SteadyClock::now() - start};
}

TEST(PushRetries, RepeatWhatMayPassWithOneRendering) {
  FakeGateway gateway{
      {answer("503 Service Unavailable"), answer("429 Too Many Requests"), "", answer("502 Bad Gateway"), kOk}};
  Registry registry;
  std::atomic<int> rendered{0};
  const auto token = registry.gauge_callback("rendered", "Renderings.", [&] { return ++rendered; });
  PushGateway push{registry, to(gateway)};

  const PushResult result = push.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(result.status, 200);
  EXPECT_EQ(result.attempts, 5U);
  EXPECT_EQ(rendered, 1);
  for (const auto& request : gateway.requests()) EXPECT_EQ(request.body, gateway.requests().front().body);
}

TEST(PushRetries, DontRepeatWhatStaysWrong) {
  for (const char* status : {"400 Bad Request", "401 Unauthorized", "404 Not Found", "405 Method Not Allowed",
                             "413 Too Large", "301 Moved"}) {
    FakeGateway gateway{{answer(status, {}, "because\x1b[31m of this\r\n")}};
    Registry registry;
    PushGateway push{registry, to(gateway)};

    const PushResult result = push.push();

    EXPECT_FALSE(result.ok);
    EXPECT_EQ(result.attempts, 1U) << status;
    EXPECT_EQ(result.status, std::stoi(status));
    EXPECT_THAT(result.message, AllOf(StartsWith("vitals::PushGateway: PUT " + gateway.url()), Not(HasSubstr("\x1b")),
                                      Not(HasSubstr("\n"))));
    EXPECT_EQ(result.message.find(": because\\x1b[31m of this") != std::string::npos, result.status >= 400);
    EXPECT_EQ(gateway.requests().size(), 1U);
  }
}

TEST(PushRetries, TellWhichFamilyHasATimestampIfThatIsRefused) {
  FakeGateway gateway{{answer("400 Bad Request", {}, "pushed metrics must not have timestamps")}};
  Registry registry;
  registry.keep_collector([](auto& out) {
    out.push_back({"stamped", "Stamped.", MetricType::Gauge, {{.value = 1, .timestamp = 1'700'000'000'000}}});
  });
  PushGateway push{registry, to(gateway)};

  const PushResult result = push.push();

  EXPECT_THAT(result.message, AllOf(HasSubstr("answered 400: pushed metrics must not"),
                                    HasSubstr("; the family \"stamped\" has samples with a timestamp")));
}

TEST(PushRetries, WaitAsLongAsTheGatewayAsks) {
  FakeGateway gateway{{answer("503 Service Unavailable", "Retry-After: 1\r\n"), kOk}};
  Registry registry;
  PushGateway push{registry, to(gateway)};

  const auto [result, took] = timed([&] { return push.push(); });

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(result.attempts, 2U);
  EXPECT_GE(took, 1s);
}

TEST(PushRetries, DontWaitBeyondTheDeadline) {
  for (const char* wait : {"3600", "Fri, 31 Dec 2099 23:59:59 GMT"}) {
    FakeGateway gateway{{answer("429 Too Many Requests", std::string{"Retry-After: "} + wait + "\r\n")}};
    Registry registry;
    PushGateway push{registry, to(gateway)};

    const auto [result, took] = timed([&] { return push.push(); });

    EXPECT_EQ(result.status, 429);
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_THAT(result.message, HasSubstr("asks to wait for "));
    EXPECT_LT(took, 20s);
  }
}

TEST(PushRetries, EndAtTheDeadline) {
  FakeGateway gateway{{answer("500 Internal Server Error", {}, "no room")}};
  Registry registry;
  auto options = to(gateway);
  options.deadline = 300ms;
  PushGateway push{registry, options};

  const auto [result, took] = timed([&] { return push.push(); });

  EXPECT_FALSE(result.ok);
  EXPECT_GT(result.attempts, 1U);
  EXPECT_THAT(result.message, AllOf(HasSubstr("answered 500: no room; "),
                                    HasSubstr(std::to_string(result.attempts) + " attempts in 0.")));
  EXPECT_LT(took, 10s);
}

TEST(PushRetries, TellTheAnswerBeforeAnAttemptThatTheDeadlineCutsShort) {
  FakeGateway gateway{[](std::size_t number) {
    return number == 0 ? std::optional{answer("500 Internal Server Error", {}, "no room")} : std::nullopt;
  }};
  Registry registry;
  auto options = to(gateway);
  options.deadline = 300ms;
  PushGateway push{registry, options};

  const PushResult result = push.push();

  EXPECT_EQ(result.status, 500);
  EXPECT_EQ(result.attempts, 2U);
  EXPECT_THAT(result.message, HasSubstr("answered 500: no room; 2 attempts in 0."));
}

TEST(PushRetries, TellWhyThereIsNoConnection) {
  Registry registry;
  PushGateway push{registry, {.url = "http://127.0.0.1:1", .job = "j", .deadline = 50ms}};  // for one attempt

  const PushResult result = push.push();

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.message, AllOf(StartsWith("vitals::PushGateway: PUT http://127.0.0.1:1/metrics/job/j: "),
                                    HasSubstr("Connection refused"),
                                    HasSubstr("; does a Pushgateway run at the host and port of url?")));
}

TEST(PushRetries, TellWhatToDoAboutAHostThatIsNotKnown) {
  Registry registry;
  PushGateway push{registry, {.url = "http://nowhere.invalid", .job = "j", .deadline = 1s}};

  // Or a machine whose name server doesn't answer in time.
  EXPECT_THAT(push.push().message,
              AnyOf(HasSubstr("; is the host in url spelt right"), HasSubstr("with timeout after")));
}

TEST(PushRetries, AreNotForAGatewayWithoutTls) {
  FakeGateway gateway{{answer("400 Bad Request")}};
  Registry registry;
  auto options = to(gateway);
  options.url.replace(0, 4, "https");
  PushGateway push{registry, options};

  const PushResult result = push.push();

  EXPECT_EQ(result.attempts, 1U);
  EXPECT_THAT(result.message, HasSubstr("; it speaks no TLS there: write http:// in url"));
}

TEST(PushDeadline, EndsAGatewayThatHangs) {
  FakeGateway gateway{[](std::size_t) { return std::nullopt; }};
  Registry registry;
  auto options = to(gateway);
  options.deadline = 400ms;
  PushGateway push{registry, options};

  const auto [result, took] = timed([&] { return push.push(); });

  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.attempts, 1U);
  EXPECT_THAT(result.message, AllOf(HasSubstr("timed out"), HasSubstr("can this machine reach")));
  EXPECT_GE(took, 390ms);
  EXPECT_LT(took, 5s);
}

TEST(PushDeadline, LeavesTimeForAnotherAttempt) {
  FakeGateway gateway{[](std::size_t number) { return number == 0 ? std::nullopt : std::optional{kOk}; }};
  Registry registry;
  auto options = to(gateway);
  options.attempt_timeout = 100ms;
  PushGateway push{registry, options};

  const PushResult result = push.push();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_EQ(result.attempts, 2U);
}

TEST(PushDeadline, EndsAnAnswerWithoutEnd) {
  const std::string endless = "HTTP/1.1 400 Bad Request\r\n\r\n" + std::string(100'000, 'x');
  FakeGateway gateway{[&](std::size_t) { return std::optional{endless}; }};
  Registry registry;
  PushGateway push{registry, to(gateway)};

  const PushResult result = push.push();

  EXPECT_EQ(result.status, 400);
  EXPECT_LT(result.message.size(), 1'000U);
}

// By slow_resolver.cpp.
TEST(PushDeadline, EndsALookUpThatHangs) {
  Registry registry;
  PushGateway push{registry, {.url = "http://hangs.invalid", .job = "j", .deadline = 300ms}};

  const auto [result, took] = timed([&] { return push.push(); });

  EXPECT_FALSE(result.ok);
  EXPECT_LT(took, 4s);  // the look-up takes 5
}

TEST(PushDeadline, CountsTheWaitForAnotherPush) {
  FakeGateway gateway{[](std::size_t) { return std::nullopt; }};
  Registry registry;
  auto options = to(gateway);
  options.deadline = 600ms;
  PushGateway push{registry, options};

  auto first = std::async(std::launch::async, [&] { return push.push(); });
  while (gateway.requests().empty()) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(200ms);
  const auto [second, took] = timed([&] { return push.push(); });

  EXPECT_FALSE(first.get().ok);
  EXPECT_FALSE(second.ok);
  EXPECT_LT(took, 5s);
  // One at a time: the second waited for the end of the first, and then had what was left of its own time, if anything.
  const auto requests = gateway.requests();
  for (std::size_t i = 1; i < requests.size(); ++i) EXPECT_GT(requests[i].came - requests[0].came, 400ms);
}

TEST(PushResult, IsTrueIfOk) {
  EXPECT_TRUE(PushResult{.ok = true});
  EXPECT_FALSE(PushResult{});
}

}  // namespace
}  // namespace vitals
