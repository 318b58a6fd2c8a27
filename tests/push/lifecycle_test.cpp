// What a PushGateway does by itself.
#include <atomic>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/eventually.hpp"
#include "push/fake_gateway.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;
using test::answer;
using test::eventually;
using test::FakeGateway;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using SteadyClock = std::chrono::steady_clock;

const std::string kOk = answer("200 OK");
const std::string kBad = answer("400 Bad Request", {}, "bad");

std::string method(const test::FakeRequest& request) { return request.head.substr(0, request.head.find(' ')); }

// The messages that on_error gets.
class Messages {
 public:
  std::function<void(std::string_view)> add() {
    return [this](std::string_view message) {
      const std::lock_guard lock{mutex_};
      all_.emplace_back(message);
    };
  }
  std::vector<std::string> all() const {
    const std::lock_guard lock{mutex_};
    return all_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> all_;
};

// A registry, and what on_error was told of its pushes; each test has a gateway that answers as it likes.
class PushLifecycle : public ::testing::Test {
 protected:
  Registry registry;
  Messages messages;
};
class PushInterval : public PushLifecycle {};
class PushAtExit : public PushLifecycle {};
class PushFork : public PushLifecycle {};

TEST_F(PushInterval, ItsThreadHasANameAndTakesNoSignals) {
  const PushGateway push{registry, {.url = "http://127.0.0.1:1", .job = "j", .interval = 1h}};

  std::string blocked;
  EXPECT_TRUE(eventually([&] {
    for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
      std::ifstream status{task.path() / "status"};
      bool is_ours = false;
      for (std::string line; std::getline(status, line);) {
        if (line == "Name:\tvitals-push") is_ours = true;
        if (is_ours && line.starts_with("SigBlk:")) blocked = line.substr(8);
      }
    }
    return !blocked.empty();
  }));
  const auto mask = std::stoull(blocked, nullptr, 16);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1})
    EXPECT_NE(mask >> (signal - 1) & 1U, 0U) << signal;
}

TEST_F(PushInterval, FirstPushComesWithinAnInterval) {
  FakeGateway gateway{{kOk}};
  const auto start = SteadyClock::now();
  const PushGateway push{registry, {.url = gateway.url(), .job = "j", .interval = 200ms}};

  EXPECT_TRUE(eventually([&] { return gateway.requests().size() >= 3; }));

  EXPECT_GE(SteadyClock::now() - start, 400ms);  // two whole intervals, and a part
}

TEST_F(PushInterval, TellsFailuresToOnError) {
  FakeGateway gateway{{kBad}};
  const PushGateway push{
      registry, {.url = gateway.url(), .job = "j", .interval = 20ms, .on_error = [add = messages.add()](auto message) {
                   add(message);
                   throw std::runtime_error{"dropped"};
                 }}};

  EXPECT_TRUE(eventually([&] { return messages.all().size() >= 3; }));

  EXPECT_THAT(messages.all().front(), AllOf(StartsWith("vitals::PushGateway: PUT "), HasSubstr("answered 400: bad")));
}

TEST_F(PushInterval, GoesOnInAnotherThreadWhenACallbackEndsItsOwn) {
  FakeGateway gateway{{kOk}};
  std::atomic<int> calls{0};
  const auto ends = registry.gauge_callback("ends", "Ends its thread twice.", [&] {
    if (++calls <= 2) pthread_exit(nullptr);
    return 1.0;
  });
  {
    const PushGateway push{registry, {.url = gateway.url(), .job = "j", .interval = 20ms, .on_error = messages.add()}};
    EXPECT_TRUE(eventually([&] { return gateway.requests().size() >= 2; }));
  }

  EXPECT_THAT(messages.all(),
              ElementsAre(HasSubstr("PUT " + gateway.url() + "/metrics/job/j: failed, since a callback"),
                          HasSubstr("has ended the thread that called it")));
  EXPECT_THAT(to_text(registry), HasSubstr("vitals_push_total{result=\"failed\"} 2\n"));
}

TEST_F(PushInterval, GoesOnWhenOnErrorEndsItsThread) {
  FakeGateway gateway{{kBad}};
  const PushGateway push{
      registry, {.url = gateway.url(), .job = "j", .interval = 20ms, .on_error = [add = messages.add()](auto message) {
                   add(message);
                   pthread_exit(nullptr);
                 }}};

  EXPECT_TRUE(eventually([&] { return messages.all().size() >= 3; }));

  EXPECT_THAT(messages.all(), Each(HasSubstr("answered 400: bad")));
}

TEST_F(PushInterval, WritesOneLineForAnOutageAndOneForItsEnd) {
  std::vector<std::string> answers(5, kBad);
  answers.insert(answers.end(), {kOk, kOk, kBad, kBad, kOk});
  FakeGateway gateway{answers};
  ::testing::internal::CaptureStderr();
  {
    const PushGateway push{registry, {.url = gateway.url(), .job = "j", .interval = 10ms}};
    EXPECT_TRUE(eventually([&] { return gateway.requests().size() >= 12; }));
  }

  // The second outage follows within 10 s.
  const std::string about = "vitals::PushGateway: PUT " + gateway.url() + "/metrics/job/j: ";
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), about + "answered 400: bad\n" + about + "succeeds again\n");
}

TEST_F(PushInterval, ItsEndBreaksOffAPushThatHangs) {
  FakeGateway gateway{[](std::size_t) { return std::nullopt; }};
  SteadyClock::time_point end;
  {
    const PushGateway push{registry,
                           {.url = gateway.url(),
                            .job = "j",
                            .deadline = 1h,
                            .attempt_timeout = 1h,
                            .interval = 1ms,
                            .on_error = messages.add()}};
    EXPECT_TRUE(eventually([&] { return !gateway.requests().empty(); }));
    end = SteadyClock::now();
  }

  EXPECT_LT(SteadyClock::now() - end, 10s);
  EXPECT_TRUE(messages.all().empty());
  EXPECT_THAT(to_text(registry), HasSubstr("vitals_push_total{result=\"failed\"} 0\n"));
}

// Otherwise the gateway might store it after the last one.
TEST_F(PushInterval, ItsEndWaitsForTheAnswerToWhatWasSentIfMoreFollows) {
  FakeGateway gateway{[](std::size_t number) {
    if (number == 0) std::this_thread::sleep_for(200ms);
    return kOk;
  }};
  {
    const PushGateway push{registry,
                           {.url = gateway.url(), .job = "j", .interval = 1ms, .on_exit = PushOnExit::Remove}};
    EXPECT_TRUE(eventually([&] { return !gateway.requests().empty(); }));
  }

  ASSERT_EQ(gateway.requests().size(), 2U);
  EXPECT_EQ(method(gateway.requests().back()), "DELETE");
  EXPECT_THAT(to_text(registry), HasSubstr("vitals_push_total{result=\"ok\"} 2\n"));
}

TEST_F(PushInterval, ItsEndBreaksOffAPauseBetweenAttempts) {
  FakeGateway gateway{{answer("503 Service Unavailable", "Retry-After: 3000\r\n")}};
  SteadyClock::time_point end;
  {
    const PushGateway push{registry, {.url = gateway.url(), .job = "j", .deadline = 1h, .interval = 1ms}};
    EXPECT_TRUE(eventually([&] { return !gateway.requests().empty(); }));
    std::this_thread::sleep_for(50ms);
    end = SteadyClock::now();
  }

  EXPECT_LT(SteadyClock::now() - end, 10s);
}

std::vector<std::string> methods_at_exit(Registry& registry, PushOnExit on_exit) {
  FakeGateway gateway{{kOk}};
  { const PushGateway push{registry, {.url = gateway.url(), .job = "j", .on_exit = on_exit}}; }
  std::vector<std::string> methods;
  for (const auto& request : gateway.requests()) methods.push_back(method(request));
  return methods;
}

TEST_F(PushAtExit, DoesWhatItSays) {
  using ::testing::ElementsAre;
  using ::testing::IsEmpty;
  EXPECT_THAT(methods_at_exit(registry, PushOnExit::Nothing), IsEmpty());
  EXPECT_THAT(methods_at_exit(registry, PushOnExit::Push), ElementsAre("PUT"));
  EXPECT_THAT(methods_at_exit(registry, PushOnExit::Remove), ElementsAre("DELETE"));
}

TEST_F(PushAtExit, IsBoundedByTheDeadlineAndTellsItsFailure) {
  FakeGateway gateway{[](std::size_t) { return std::nullopt; }};
  const auto start = SteadyClock::now();
  {
    const PushGateway push{
        registry,
        {.url = gateway.url(), .job = "j", .deadline = 200ms, .on_exit = PushOnExit::Push, .on_error = messages.add()}};
  }

  EXPECT_LT(SteadyClock::now() - start, 5s);
  ASSERT_EQ(messages.all().size(), 1U);
  EXPECT_THAT(messages.all().front(), HasSubstr("timed out"));
}

TEST_F(PushFork, TheChildPushesNothing) {
  FakeGateway gateway{{kOk}};
  auto push = std::make_unique<PushGateway>(
      registry,
      PushOptions{
          .url = gateway.url(), .job = "j", .interval = 1h, .on_exit = PushOnExit::Push, .on_error = messages.add()});

  const pid_t child = ::fork();
  if (child == 0) {
    const PushResult result = push->push();
    push.reset();
    const bool refused = result.attempts == 0 && result.message.find("forked") != std::string::npos;
    ::_exit(!result.ok && refused && messages.all().empty() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);

  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_TRUE(gateway.requests().empty());
  push.reset();
  EXPECT_EQ(gateway.requests().size(), 1U);
}

}  // namespace
}  // namespace vitals
