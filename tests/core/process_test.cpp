#include <chrono>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <vitals/vitals.hpp>

namespace vitals {
namespace {

std::map<std::string, double> read(Registry& registry) {
  std::map<std::string, double> values;
  for (const auto& family : registry.snapshot()) values[family.name] = family.metrics.at(0).value;
  return values;
}

struct ProcessTest : testing::Test {
  ProcessTest() { register_process_metrics(registry); }
  Registry registry;
};

TEST_F(ProcessTest, TellsWhatTheSystemTells) {
  const auto values = read(registry);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();

  EXPECT_EQ(values.size(), 9u);
  EXPECT_GT(values.at("process_resident_memory_bytes"), 1e5);
  EXPECT_GE(values.at("process_virtual_memory_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_GE(values.at("process_memory_limit_bytes"), values.at("process_resident_memory_bytes"));
  EXPECT_GE(values.at("process_open_fds"), 3);
  EXPECT_GE(values.at("process_max_fds"), values.at("process_open_fds"));
  EXPECT_LE(values.at("process_start_time_seconds"), now + 1);
  EXPECT_GT(values.at("process_start_time_seconds"), now - 86'400);
  EXPECT_GE(values.at("process_threads"), 1);
}

TEST_F(ProcessTest, FollowsDescriptorsThreadsAndTime) {
  const auto idle = [](const std::stop_token& stop) {
    while (!stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  };
  std::jthread first{idle};  // ThreadSanitizer starts a thread of its own with the first
  const auto before = read(registry);
  std::vector<int> fds;
  for (int i = 0; i < 10; ++i) fds.push_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::jthread second{idle};
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds{30}) {
  }

  const auto after = read(registry);

  EXPECT_EQ(after.at("process_open_fds"), before.at("process_open_fds") + 10);
  EXPECT_EQ(after.at("process_threads"), before.at("process_threads") + 1);
  EXPECT_GT(after.at("process_cpu_seconds_total"), before.at("process_cpu_seconds_total"));
  EXPECT_EQ(after.at("process_start_time_seconds"), before.at("process_start_time_seconds"));
  for (const int fd : fds) close(fd);
}

TEST_F(ProcessTest, RegisteringTwiceChangesNothing) {
  const std::string once = to_text(registry);

  register_process_metrics(registry);
  register_library_metrics(registry);
  register_library_metrics(registry);

  EXPECT_NE(to_text(registry).find("vitals_collector_errors_total 0\n"), std::string::npos);
  EXPECT_EQ(read(registry).size(), 9u + 3u);
}

}  // namespace
}  // namespace vitals
