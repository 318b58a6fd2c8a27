#include "http/endpoint/event_log.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/endpoint/user_calls.hpp"
#include "http/http_client.hpp"

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using vitals::testing::eventually;

struct EventLogTest : ::testing::Test {
  ~EventLogTest() override { calls.stop(10s); }

  std::vector<std::string> when_there_are(std::size_t n) {
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock{mutex};
      return told.size() == n;
    }));
    const std::lock_guard lock{mutex};
    return told;
  }

  const EventLog::Clock::time_point start = EventLog::Clock::now();
  std::mutex mutex;
  std::vector<std::string> told;
  UserCalls calls;
  EventLog log{[this](const EndpointEvent& event) {
                 const std::lock_guard lock{mutex};
                 told.push_back(std::string{event.client} + '|' + std::string{event.message} + '|' +
                                std::to_string(event.left_out));
               },
               calls};
};

TEST_F(EventLogTest, TellsOneOfAKindInTenSeconds) {
  Peer client;
  client.is_local = true;
  for (const auto after : {0s, 1s, 9s}) log.tell(EventLog::Kind::Evicted, &client, "was evicted", start + after);
  log.tell(EventLog::Kind::Refused, nullptr, "Another kind", start + 1s);
  log.tell(EventLog::Kind::Evicted, &client, "was evicted", start + 10s);

  const std::string evicted = "user 0|vitals::Endpoint: client user 0 was evicted|";
  EXPECT_THAT(when_there_are(3), ElementsAre(evicted + '0', "|vitals::Endpoint: Another kind|0", evicted + '2'));
}

TEST_F(EventLogTest, TellsOfFilesEachTimeAndInOneLine) {
  log.tell(EventLog::Kind::FileKeptOut, nullptr, "web.yml:1: one\nweb.yml:2: two", start);
  log.tell(EventLog::Kind::FileKeptOut, nullptr, "users: three", start);
  log.tell(EventLog::Kind::FileTaken, nullptr, "taken", start);
  log.tell(EventLog::Kind::FileTaken, nullptr, "taken", start);

  EXPECT_THAT(when_there_are(4),
              ElementsAre("|vitals::Endpoint: web.yml:1: one; web.yml:2: two|0", "|vitals::Endpoint: users: three|0",
                          "|vitals::Endpoint: taken|0", "|vitals::Endpoint: taken|0"));
}

// Each reason is told once: nobody would learn of one that found no room.
TEST_F(EventLogTest, KeepsTheNewestOfEachKindWhileTheFunctionHangs) {
  std::atomic<bool> hangs{false};
  std::atomic<bool> goes_on{false};
  ASSERT_TRUE(calls.post([&] {
    hangs = true;
    while (!goes_on) vitals::testing::sleep_briefly();
  }));
  ASSERT_TRUE(eventually([&] { return hangs.load(); }));
  while (calls.post([] {})) {
  }

  for (const auto* const one : {"kept out 1", "kept out 2"}) log.tell(EventLog::Kind::FileKeptOut, nullptr, one, start);
  log.tell(EventLog::Kind::Refused, nullptr, "refused", start);
  for (const auto* const one : {"taken 1", "taken 2", "taken 3"})
    log.tell(EventLog::Kind::FileTaken, nullptr, one, start);
  log.tell_unsent(start);
  goes_on = true;
  ASSERT_TRUE(eventually([&] {
    log.tell_unsent(start);
    const std::lock_guard lock{mutex};
    return told.size() == 3;
  }));

  EXPECT_THAT(told, ElementsAre("|vitals::Endpoint: kept out 2|1", "|vitals::Endpoint: refused|0",
                                "|vitals::Endpoint: taken 3|2"));
}

}  // namespace
}  // namespace vitals::detail
