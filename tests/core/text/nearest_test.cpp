#include "core/text/nearest.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace vitals::detail {
namespace {

TEST(EditDistance, CountsChangesAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
  EXPECT_EQ(edit_distance("below", "bellow"), 1U);
  EXPECT_EQ(edit_distance("below", "belwo"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(DidYouMean, OffersTheNearestNameOrNone) {
  const std::vector<std::string> names{"http_requests_total", "http_requests_active", "cache_hits_total"};

  EXPECT_EQ(did_you_mean("http_request_total", names), "; did you mean 'http_requests_total'?");
  EXPECT_EQ(did_you_mean("cach_hit_total", names), "; did you mean 'cache_hits_total'?");
  EXPECT_EQ(did_you_mean("jobs", names), "");
  EXPECT_EQ(did_you_mean("", names), "");
}

TEST(DidYouMean, TheLastWordMayBeMissingOrTooMuch) {
  const std::vector<std::string> names{"jobs_processed_total", "job_duration_seconds", "jobs_processing_total"};

  EXPECT_EQ(did_you_mean("jobs_processed", names), "; did you mean 'jobs_processed_total'?");
  EXPECT_EQ(did_you_mean("job_duration", names), "; did you mean 'job_duration_seconds'?");
  EXPECT_EQ(did_you_mean("job_duration_seconds_bucket", names), "; did you mean 'job_duration_seconds'?");
  EXPECT_EQ(did_you_mean("jobs", names), "");
}

TEST(DidYouMean, ASingleSlipIsNearerThanAWordTooMuch) {
  EXPECT_EQ(did_you_mean("cert_fle", std::vector<std::string>{"cert", "cert_file"}), "; did you mean 'cert_file'?");
  EXPECT_EQ(did_you_mean("cert_fiel", std::vector<std::string>{"cert_file", "cert"}), "; did you mean 'cert_file'?");
  EXPECT_EQ(did_you_mean("cert_x", std::vector<std::string>{"cert", "cert_file"}), "; did you mean 'cert'?");
}

TEST(DidYouMean, DoesNotLetAServerDriveTheTerminal) {
  EXPECT_EQ(did_you_mean("abcdef", std::vector<std::string>{"abc\x1b"
                                                            "ef"}),
            "; did you mean 'abc\\x1bef'?");
}

}  // namespace
}  // namespace vitals::detail
