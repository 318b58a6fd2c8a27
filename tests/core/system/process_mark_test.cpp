#include "core/system/process_mark.hpp"

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(ProcessMark, IsFoundByWhoeverComesLater) {
  EXPECT_TRUE(mark_process("vitals-test-mark"));
  EXPECT_FALSE(mark_process("vitals-test-mark"));
  EXPECT_TRUE(mark_process("vitals-another-mark"));
}

}  // namespace
}  // namespace vitals::detail
