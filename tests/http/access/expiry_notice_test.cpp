#include "http/access/expiry_notice.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace vitals::testing {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

struct ExpiryNoticeTest : ::testing::Test {
  // After that long, on both clocks.
  std::string after(std::chrono::seconds time, std::chrono::sys_seconds ends) {
    return notice.look("tls.pem", ends, start + time, steady_start + time);
  }

  const std::chrono::sys_seconds start{1'800'000'000s};  // 2027-01-15 08:00:00
  const std::chrono::sys_seconds ends = start + days{10};
  const detail::ExpiryNotice::Clock::time_point steady_start{};
  detail::ExpiryNotice notice;
};

TEST_F(ExpiryNoticeTest, ComesAWeekBeforeTheEndThenOnceADayAndAtTheEnd) {
  EXPECT_EQ(after(0s, ends), "");
  EXPECT_EQ(after(days{3} - 1s, ends), "");
  EXPECT_EQ(after(days{3}, ends), "tls.pem: the certificate ends at 2027-01-25 08:00:00 UTC, in 7 days; renew it");
  EXPECT_EQ(after(days{3} + 1s, ends), "");
  EXPECT_EQ(after(days{4} - 1s, ends), "");
  EXPECT_NE(after(days{4}, ends).find("in 6 days"), std::string::npos);
  EXPECT_NE(after(days{9} + 1h, ends).find("in 23 hours"), std::string::npos);
  EXPECT_EQ(after(days{10} + 1s, ends),
            "tls.pem: the certificate ended at 2027-01-25 08:00:00 UTC, and clients refuse it; renew it");
  EXPECT_EQ(after(days{10} + 2s, ends), "");
  EXPECT_NE(after(days{11} + 2s, ends), "");
}

TEST_F(ExpiryNoticeTest, ComesOfEachCertificate) {
  EXPECT_NE(after(days{8}, ends), "");
  EXPECT_EQ(after(days{8} + 1s, ends + days{365}), "") << "renewed";
  EXPECT_NE(after(days{8} + 2s, ends + days{1}), "") << "replaced by one that ends soon, too";
}

}  // namespace
}  // namespace vitals::testing
