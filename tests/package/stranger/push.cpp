#include <chrono>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

// Nobody listens at port 1: what a job sees whose gateway is down.
int main() {
  vitals::Registry registry;
  vitals::PushGateway push{registry,
                           {.url = "http://127.0.0.1:1",
                            .job = "stranger",
                            .grouping = {{"instance", "a"}},
                            .deadline = std::chrono::milliseconds{20}}};
  const vitals::PushResult result = push.push();
  return !result.ok && result.attempts == 1 && !result.message.empty() ? 0 : 1;
}
