#include "http/endpoint/event_loop.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

namespace vitals::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

// The one end of a connection; `other` is the other.
Descriptor connect(Descriptor& other) {
  int ends[2];
  EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  other = Descriptor{ends[1]};
  return Descriptor{ends[0]};
}

TEST(EventLoop, CallsWhatIsPostedInOrderWhateverIsThrown) {
  EventLoop loop;
  std::vector<int> called;

  loop.post([&] {
    called.push_back(1);
    loop.post([&] { loop.stop(); });
    throw std::runtime_error{"of a handler"};
  });
  loop.post([&] { called.push_back(2); });
  loop.run();

  EXPECT_THAT(called, ElementsAre(1, 2));
}

TEST(EventLoop, TimerCallsWhatWasSetLastAndNothingOnceCancelledOrGone) {
  EventLoop loop;
  std::vector<int> called;
  EventLoop::Timer timer{loop};
  EventLoop::Timer cancelled{loop};
  EventLoop::Timer last{loop};

  timer.set(0ms, [&] { called.push_back(1); });
  timer.set(1ms, [&] { called.push_back(2); });
  cancelled.set(0ms, [&] { called.push_back(3); });
  cancelled.cancel();
  EventLoop::Timer{loop}.set(0ms, [&] { called.push_back(4); });
  last.set(20ms, [&] { loop.stop(); });
  loop.run();

  EXPECT_THAT(called, ElementsAre(2));
}

// The handler of the first is on its way when it cancels the second, whose time has come too.
TEST(EventLoop, TimerThatIsCancelledAtTheLastMomentIsNotCalled) {
  EventLoop loop;
  int called = 0;
  EventLoop::Timer one{loop};
  EventLoop::Timer other{loop};
  EventLoop::Timer last{loop};

  one.set(0ms, [&] {
    ++called;
    other.cancel();
  });
  other.set(0ms, [&] {
    ++called;
    one.cancel();
  });
  last.set(20ms, [&] { loop.stop(); });
  loop.run();

  EXPECT_EQ(called, 1);
}

TEST(EventLoop, SocketReadsWhatTheOtherSideWrites) {
  EventLoop loop;
  Descriptor end;
  EventLoop::Socket one{loop};
  EventLoop::Socket other{loop};
  one.open(connect(end));
  other.open(std::move(end));
  std::array<char, 16> buffer{};
  std::string received;
  bool ended = false;

  one.write("first ", "second", [&](bool failed, std::size_t bytes) {
    EXPECT_FALSE(failed);
    EXPECT_EQ(bytes, 12u);
    one.shut_down_writing({});
  });
  other.wait_readable([&](bool) {
    other.read(buffer, [&](bool, std::size_t bytes) {
      received = std::string_view{buffer.data(), bytes};
      other.read(buffer, [&](bool failed, std::size_t) {
        ended = failed;
        loop.stop();
      });
    });
  });
  loop.run();

  EXPECT_EQ(received, "first second");
  EXPECT_TRUE(ended);
}

TEST(EventLoop, SocketThatIsClosedFailsWhatIsUnderWay) {
  EventLoop loop;
  Descriptor end;
  EventLoop::Socket socket{loop};
  socket.open(connect(end));
  std::array<char, 16> buffer{};
  bool has_failed = false;

  socket.read(buffer, [&](bool failed, std::size_t) {
    has_failed = failed;
    loop.stop();
  });
  loop.post([&] { socket.close(); });
  loop.run();

  EXPECT_TRUE(has_failed);
}

}  // namespace
}  // namespace vitals::detail
