#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/http/http_client_request.hpp>
#include <vitals/http/http_options.hpp>

namespace vitals {

class Scope;

struct HttpClientOptions {
  /// The hosts that are called: "api.example.com", "10.0.0.7", "[2001:db8::1]". Without a port; in any case.
  std::vector<std::string> hosts = {};
  /// Templates of paths, of whichever host, as HttpMetrics::route() has them but without methods:
  /// "/v1/users/{id}". Others are `_unmatched`.
  std::vector<std::string> routes = {};
  /// Hosts beyond those that are listed, in the order in which they come; further ones are all `_OTHER`. 0: only those
  /// that are listed. With those at most 1000.
  std::size_t max_hosts = 32;
  /// In seconds.
  Buckets duration_buckets = Buckets::latency();
  HttpClock clock = HttpClock::Steady;
};

/// What HTTP calls to others did: http_client_request_duration_seconds{method,host,endpoint,status}, whose count is
/// that of the calls, and http_client_requests_active. All labels are bounded: `endpoint` is a template, never a path;
/// `host` is listed or one of the first that came; `status` is `_failed` where no answer came. Thread-safe. Cost:
/// start() and finish() read the clock once each and take about 120 ns more (bench/http). No lock and no allocation
/// once a method, host, endpoint and status were seen together. 80 bytes per route for each host that there may be.
/// Lifetime: the registry must outlive it, and it must outlive its HttpClientRequests. Several may share one registry,
/// and then count into the same series; their duration_buckets must agree.
class HttpClientMetrics {
 public:
  /// Throws std::invalid_argument, naming what is malformed, rule and fix, for hosts and routes.
  explicit HttpClientMetrics(const Scope& scope, const HttpClientOptions& options = {});
  ~HttpClientMetrics();
  HttpClientMetrics(const HttpClientMetrics&) = delete;
  HttpClientMetrics& operator=(const HttpClientMetrics&) = delete;

  /// A call begins: start("GET", "https://api.example.com/v1/users/42"). Port, user, password, query and fragment don't
  /// count. Hosts are compared in lower case. What is no absolute URL, and a host of other bytes than letters, digits,
  /// '-', '.' and '_', or longer than 253, is host `_OTHER`. Methods as in HttpMetrics::start().
  [[nodiscard]] HttpClientRequest start(std::string_view method, std::string_view url) noexcept;
  /// The same where host and path are apart. The host may have a port; an address of IPv6 stands in brackets.
  [[nodiscard]] HttpClientRequest start(std::string_view method, std::string_view host, std::string_view path) noexcept;
  /// The same where HttpClientRequest::target() will tell what is called; else it is all `_OTHER` and `_unmatched`.
  [[nodiscard]] HttpClientRequest start() noexcept;

 private:
  std::unique_ptr<detail::HttpClientMetricsImpl> impl_;
};

}  // namespace vitals
