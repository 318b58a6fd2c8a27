#include "core/system/process_mark.hpp"

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(ProcessMark, IsFoundByWhoeverComesWhileItIsThere) {
  {
    const ProcessMark first{"vitals-test-mark"};
    const ProcessMark second{"vitals-test-mark"};
    const ProcessMark another{"vitals-another-mark"};
    EXPECT_TRUE(first.is_first());
    EXPECT_FALSE(second.is_first());
    EXPECT_TRUE(another.is_first());
  }

  EXPECT_TRUE(ProcessMark{"vitals-test-mark"}.is_first());
}

}  // namespace
}  // namespace vitals::detail
