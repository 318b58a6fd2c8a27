#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "http/access/tls_settings.hpp"
#include "http/access/users.hpp"

namespace vitals::detail {

/// At most `burst` requests at once, and one more each `interval`; further ones get 429.
struct RequestRate {
  std::chrono::nanoseconds interval{};
  std::size_t burst = 0;

  bool operator==(const RequestRate&) const = default;
};

/// What Prometheus and its exporters read from the file of --web.config.file.
struct WebConfig {
  std::optional<TlsSettings> tls = {};
  Users users = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< to add to each answer
  std::optional<RequestRate> rate_limit = {};

  /// Whether the file says anything.
  [[nodiscard]] bool is_empty() const noexcept { return !tls && users.empty() && headers.empty() && !rate_limit; }
};

/// Reads it; relative paths in it are relative to its folder. What Prometheus takes is taken, but for what would leave
/// the endpoint open or slow, which is refused; HTTP/2, its default, is not spoken. Throws std::invalid_argument with
/// every mistake on a line of its own: file:line:column, the rule, the fix.
[[nodiscard]] WebConfig read_web_config(const std::string& path);

}  // namespace vitals::detail
