// What a PushGateway does by itself, as a Pushgateway has it afterwards.
#include <chrono>
#include <future>
#include <string>
#include <thread>

#include <gmock/gmock.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/eventually.hpp"
#include "push/pushgateway_fixture.hpp"

namespace vitals {
namespace {

using namespace std::chrono_literals;

class PushToGatewayByItself : public test::RunningPushgatewayFixture {};

TEST_F(PushToGatewayByItself, KeepsItUpToDate) {
  auto& a = registry.gauge("a", "A.");
  auto often = options();
  often.interval = 50ms;
  const PushGateway push{registry, often};

  for (const double value : {1.0, 2.0, 3.0}) {
    a.set(value);
    EXPECT_TRUE(test::eventually([&] { return sample("a") == value; })) << value;
  }
}

TEST_F(PushToGatewayByItself, PushesTheLastStateAtItsEndAfterTheThreadsLast) {
  auto& a = registry.gauge("a", "A.");
  auto often = options();
  often.interval = 1ms;
  often.on_exit = PushOnExit::Push;
  {
    const PushGateway push{registry, often};
    for (int i = 0; i <= 100; ++i, std::this_thread::sleep_for(1ms)) a.set(i);
  }
  EXPECT_EQ(sample("a"), 100);

  often.on_exit = PushOnExit::Remove;
  { const PushGateway push{registry, often}; }

  EXPECT_TRUE(gateway->samples().empty());
}

class PushToLateGateway : public test::PushgatewayFixture {};

TEST_F(PushToLateGateway, IsReachedByRetries) {
  const int port = test::free_port();
  registry.gauge("a", "A.").set(1);
  PushGateway push{registry, {.url = "http://127.0.0.1:" + std::to_string(port), .job = "backup", .deadline = 60s}};

  auto pushing = std::async(std::launch::async, [&] { return push.push(); });
  std::this_thread::sleep_for(1s);
  const auto late = test::PrivatePushgateway::at(port);
  const PushResult result = pushing.get();

  EXPECT_TRUE(result.ok) << result.message;
  EXPECT_GT(result.attempts, 2U);
  EXPECT_EQ(late.samples().count({"a", {{"job", "backup"}}}), 1U);
}

}  // namespace
}  // namespace vitals
