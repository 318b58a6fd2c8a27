#include "http/access/expiry_notice.hpp"

#include <utility>

#include "http/access/tls_files.hpp"

namespace vitals::detail {

namespace {

constexpr std::chrono::days kSoon{7};
constexpr std::chrono::days kPace{1};

std::string rest_of(std::chrono::seconds left) {
  const auto days = left / std::chrono::days{1};
  if (days > 1) return "in " + std::to_string(days) + " days";
  const auto hours = left / std::chrono::hours{1};
  return hours > 1 ? "in " + std::to_string(hours) + " hours" : "within two hours";
}

}  // namespace

std::string ExpiryNotice::look(const std::string& certificate, std::chrono::sys_seconds ends,
                               std::chrono::sys_seconds now, Clock::time_point clock) {
  if (ends - now > kSoon) return {};
  const bool has_ended = ends < now;
  if (ends == told_of_ && has_ended == has_ended_ && clock < next_) return {};
  told_of_ = ends;
  has_ended_ = has_ended;
  next_ = clock + kPace;
  return certificate +
         (has_ended ? ": the certificate ended at " + shown_time(ends) + ", and clients refuse it"
                    : ": the certificate ends at " + shown_time(ends) + ", " + rest_of(ends - now)) +
         "; renew it";
}

}  // namespace vitals::detail
