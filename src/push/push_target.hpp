#pragma once

#include <string>
#include <string_view>

#include <vitals/push.hpp>

namespace vitals::detail {

enum class Base64 {
  Standard,  ///< RFC 4648, section 4: with + and /, padded
  Url,       ///< section 5: with - and _, not padded
};
[[nodiscard]] std::string base64(std::string_view bytes, Base64 alphabet);

/// What is wrong with the address of a gateway: the rule and the fix, or nothing.
[[nodiscard]] std::string url_fault(std::string_view url);
/// The address for messages, without what may be secret: user, password and query.
[[nodiscard]] std::string shown_url(std::string_view url);

/// The address of the group of metrics:
/// https://github.com/prometheus/pushgateway#url. REQUIRES: the options have no faults.
[[nodiscard]] std::string push_target(const PushOptions& options);

}  // namespace vitals::detail
