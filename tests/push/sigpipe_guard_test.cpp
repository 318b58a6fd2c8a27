#include "push/sigpipe_guard.hpp"

#include <atomic>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vitals/push.hpp>
#include <vitals/vitals.hpp>

#include "push/fake_gateway.hpp"

namespace vitals {
namespace {

std::atomic<int> sigpipes{0};

TEST(SigpipeGuard, TakesAwayWhatCameMeanwhileAndNothingElse) {
  sigpipes = 0;
  std::signal(SIGPIPE, [](int) { ++sigpipes; });
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  {
    const detail::SigpipeGuard guard;
    EXPECT_LT(::write(ends[1], "x", 1), 0);
  }
  EXPECT_EQ(sigpipes, 0);

  EXPECT_LT(::write(ends[1], "x", 1), 0);
  EXPECT_EQ(sigpipes, 1);  // the handler is in its place

  sigset_t sigpipe;
  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr);
  EXPECT_LT(::write(ends[1], "x", 1), 0);
  { const detail::SigpipeGuard guard; }
  EXPECT_EQ(sigpipes, 1);
  pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr);
  EXPECT_EQ(sigpipes, 2);  // what was pending before is so afterwards
  ::close(ends[1]);
  std::signal(SIGPIPE, SIG_DFL);
}

// Whether a thread of this process has SIGPIPE blocked.
bool blocks_sigpipe(pid_t thread) {
  std::ifstream status{"/proc/self/task/" + std::to_string(thread) + "/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("SigBlk:")) return (std::stoull(line.substr(7), nullptr, 16) >> (SIGPIPE - 1) & 1U) != 0;
  }
  return false;
}

// TLS libraries write without MSG_NOSIGNAL.
TEST(SigpipeGuard, IsThereForEachRequest) {
  const auto pushing = static_cast<pid_t>(::syscall(SYS_gettid));
  std::atomic<int> blocked{0};
  test::FakeGateway gateway{[&](std::size_t number) {
    if (blocks_sigpipe(pushing)) ++blocked;
    return std::optional{test::answer(number == 0 ? "503 Service Unavailable" : "200 OK")};
  }};
  Registry registry;
  PushGateway push{registry, {.url = gateway.url(), .job = "j"}};

  EXPECT_TRUE(push.push().ok);

  EXPECT_EQ(blocked, 2);
  EXPECT_FALSE(blocks_sigpipe(pushing));
}

}  // namespace
}  // namespace vitals
