#include "redis/pool/failure.hpp"

#include <gtest/gtest.h>

namespace vitals::detail {

namespace {

TEST(RedisFailure, TypesAreNamedInTheOrderOfTheEnumerators) {
  EXPECT_EQ(error_type(RedisFailure::None), "none");
  EXPECT_EQ(error_type(RedisFailure::PoolBusy), "pool_busy");
  EXPECT_EQ(error_type(RedisFailure::Resolve), "resolve");
  EXPECT_EQ(error_type(RedisFailure::Closed), "io");
  EXPECT_EQ(error_type(RedisFailure::Protocol), "protocol");
  EXPECT_EQ(error_type(RedisFailure::ReadOnly), "readonly");
  EXPECT_EQ(error_type(RedisFailure::WrongType), "wrongtype");
  EXPECT_EQ(error_type(RedisFailure::UnknownCommand), "server");
  EXPECT_EQ(error_type(RedisFailure::Encode), "encode");
}

TEST(RedisFailure, ErrorRepliesAreToldByTheirFirstWord) {
  EXPECT_EQ(classify_error_reply("OOM command not allowed"), RedisFailure::Oom);
  EXPECT_EQ(classify_error_reply("ASK 3999 127.0.0.1:6381"), RedisFailure::Moved);
  EXPECT_EQ(classify_error_reply("ERR unknown command 'UNLINK'"), RedisFailure::UnknownCommand);
  EXPECT_EQ(classify_error_reply("OOMPH"), RedisFailure::Server);
  EXPECT_EQ(classify_error_reply(""), RedisFailure::Server);
}

}  // namespace

}  // namespace vitals::detail
