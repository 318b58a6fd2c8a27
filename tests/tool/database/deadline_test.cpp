#include "tool/database/deadline.hpp"

#include <array>

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace vitals::tool {
namespace {

TEST(Deadline, FreesWhoeverWaitsForAnAnswer) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  Deadline deadline(ends[0], std::chrono::milliseconds{1});

  char byte = 0;
  EXPECT_EQ(::read(ends[0], &byte, 1), 0);  // the other end never writes

  EXPECT_TRUE(deadline.passed());
  for (const int end : ends) ::close(end);
}

TEST(Deadline, LeavesTheSocketAloneIfItEndsBefore) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  {
    Deadline deadline(ends[0], std::chrono::hours{1});
    EXPECT_FALSE(deadline.passed());
  }

  EXPECT_EQ(::write(ends[0], "a", 1), 1);
  for (const int end : ends) ::close(end);
}

}  // namespace
}  // namespace vitals::tool
