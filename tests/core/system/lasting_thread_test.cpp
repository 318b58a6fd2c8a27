#include "core/system/lasting_thread.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

namespace vitals::detail {

namespace {

TEST(LastingThread, GoesOnInAnotherThreadWhenItsOwnIsEnded) {
  std::atomic<int> calls{0};
  LastingThread thread;
  thread.start("test", [&] {
    if (++calls < 3) pthread_exit(nullptr);
  });
  while (calls < 3) std::this_thread::yield();
  thread.join();

  EXPECT_EQ(calls, 3);
}

TEST(LastingThread, IsJoinedWhileItsThreadsAreEndedOneAfterTheOther) {
  std::atomic<int> calls{0};
  LastingThread thread;
  thread.start("test", [&] {
    ++calls;
    pthread_exit(nullptr);
  });
  while (calls < 10) std::this_thread::yield();
  thread.join();
  const int at_the_end = calls;
  std::this_thread::yield();

  EXPECT_EQ(calls, at_the_end);
}

TEST(LastingThread, ThatWasNotStartedIsJoinedAtOnce) { LastingThread{}.join(); }

}  // namespace
}  // namespace vitals::detail
