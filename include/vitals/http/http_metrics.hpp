#pragma once

#include <memory>
#include <string_view>

#include <vitals/http/http_options.hpp>
#include <vitals/http/http_request.hpp>
#include <vitals/http/request_headers.hpp>
#include <vitals/http/route_ref.hpp>

namespace vitals {

class Scope;

/// What an HTTP server did: http_requests_total{method,endpoint,status}, http_request_duration_seconds{method,endpoint}
/// and http_requests_active. `endpoint` is a route template, never a path, so clients can't make series: unknown routes
/// are `_unmatched`, unknown methods `_OTHER`. Upgraded connections (101, CONNECT) are counted without a duration.
/// Thread-safe.
/// Cost: start() and finish() read the clock once each, 49 ns, and take some 13 ns more, by path some 21 (bench/http).
/// No lock and no allocation once a status was seen. About 1.5 kB for a route with its first method, 1 kB for each
/// further one, where templates have 18 characters, and some 6 bytes more for each method and character more.
/// Lifetime: the registry must outlive it, and it must outlive its HttpRequests. Several may share one registry, and
/// then count into the same series; their duration_buckets, those of RouteOptions, and the levels of those that have
/// any must agree.
class HttpMetrics {
 public:
  /// Throws std::invalid_argument, naming route, rule and fix, if a route is malformed.
  explicit HttpMetrics(const Scope& scope, const HttpOptions& options = {});
  ~HttpMetrics();
  HttpMetrics(const HttpMetrics&) = delete;
  HttpMetrics& operator=(const HttpMetrics&) = delete;

  /// Adds a route at set-up, or finds it: optional methods, separated by '|', a space, and a template that starts with
  /// '/'. A segment "{id}" (also ":id", "<id>", "(\d+)") stands for any one segment, a last segment "*" (also ".*",
  /// "(.*)") for any rest. Its series (each method: status 200 and 500, the durations) exist from then on, at 0. Throws
  /// std::invalid_argument if it is malformed, or if another template matches the same paths.
  RouteRef route(std::string_view route, const RouteOptions& options = {});
  /// The route of exactly this template, listed or told to learn(), else unmatched(). No allocation, no lock.
  [[nodiscard]] RouteRef find(std::string_view pattern) const noexcept;
  /// The route of a request's path, listed or of HttpOptions::learn_paths, else unmatched(). The path may have a query.
  /// Segments are compared as sent,
  /// "//" counts as "/", a last "/" doesn't count; fixed segments win over {holes}, holes over "*". No allocation, no
  /// lock, bounded time.
  [[nodiscard]] RouteRef match(std::string_view path) const noexcept;
  [[nodiscard]] RouteRef unmatched() const noexcept;
  /// `_static`, for files that are served by path.
  [[nodiscard]] RouteRef static_files() const noexcept;
  /// The route of a template that the server knows and `routes` lacks: added if there is room for it, else `_overflow`;
  /// unmatched() if it is none. For adapters: unlike route() it makes no series and never throws, and match() doesn't
  /// find it. Give it no text that a client chose: that would become a label.
  [[nodiscard]] RouteRef learn(std::string_view pattern) noexcept;

  /// A request begins. Methods are case-sensitive; other than RFC 9110's eight and PATCH they are `_OTHER`. The headers
  /// give what HttpOptions wants of them: the trace, and users' labels. Gives no request where the path is excluded.
  [[nodiscard]] HttpRequest start(std::string_view method, std::string_view path,
                                  const RequestHeaders& headers = {}) noexcept;
  [[nodiscard]] HttpRequest start(std::string_view method, RouteRef route, const RequestHeaders& headers = {}) noexcept;

 private:
  std::unique_ptr<detail::HttpMetricsImpl> impl_;
};

}  // namespace vitals
