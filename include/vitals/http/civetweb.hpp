#pragma once

// For servers made with CivetWeb 1.15 or later, by mg_start() or CivetServer: needs <civetweb.h>. Can't see the status
// of a handler that returns 1, or true: it is `_OTHER` unless start_response() or request_of() tells it. Nor, unless
// told: sizes of answers, clients that left, exceptions (CivetWeb doesn't survive one that leaves a handler). What
// CivetWeb refuses by itself, and WebSockets, aren't counted.
#include <string>
#include <string_view>
#include <utility>

#include <civetweb.h>

#include <vitals/http/detail/foreign_text.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

// CivetWeb serves a request on one thread, from its begin to its end.
inline thread_local HttpRequest civetweb_request;

inline auto civetweb_headers(const mg_connection* connection) {
  return [connection](auto name) { return view_of(mg_get_header(connection, std::string{name}.c_str())); };
}
inline auto civetweb_adder(mg_connection* connection) {
  return [connection](auto name, auto value) {
    mg_response_header_add(connection, std::string{name}.c_str(), value.data(), static_cast<int>(value.size()));
  };
}

// CivetWeb's callbacks are functions without data, so what they need is static.
template <int kServer>
struct CivetwebHooks {
  static inline HttpMetrics* http = nullptr;
  static inline mg_callbacks users{};

  static void start(const mg_connection* connection) {
    const mg_request_info& info = *mg_get_request_info(connection);
    civetweb_request = http->start(info.request_method, info.local_uri, civetweb_headers(connection));
  }
  static int begin(mg_connection* connection) {
    start(connection);
    return users.begin_request != nullptr ? users.begin_request(connection) : 0;
  }
  static void end(const mg_connection* connection, int status) {
    // -1: it was no request in the end, but a WebSocket.
    const bool is_upgraded = status < 0 && !civetweb_headers(connection)("Upgrade").empty();
    is_upgraded ? civetweb_request.discard() : civetweb_request.finish(status >= 100 ? status : 0);
    if (users.end_request != nullptr) users.end_request(connection, status);
  }
};

}  // namespace detail

/// Counts and times every request of the server that is started with these callbacks, and calls those that were set
/// before. Both belong to one kServer: another server, unless it has the same of both, needs another one.
/// REQUIRES: called before mg_start() or CivetServer's constructor. Lifetime: http must outlive the server.
template <int kServer = 0>
void instrument(mg_callbacks& callbacks, HttpMetrics& http) {
  using Hooks = detail::CivetwebHooks<kServer>;
  Hooks::http = &http;
  if (callbacks.begin_request != Hooks::begin) Hooks::users = callbacks;  // else they are instrumented already
  callbacks.begin_request = Hooks::begin;
  callbacks.end_request = Hooks::end;
}

/// The request that a handler is at, for all that CivetWeb doesn't tell: status(), bytes_out(), abandon(), fail(),
/// label().
inline HttpRequest& request_of(const mg_connection* /*connection*/) noexcept { return detail::civetweb_request; }

/// mg_response_header_start() that tells the status and adds the headers of HttpOptions, such as X-Response-Time.
inline int start_response(mg_connection* connection, int status) {
  const int result = mg_response_header_start(connection, status);
  request_of(connection).status(status);
  request_of(connection).stamp(detail::civetweb_adder(connection));
  return result;
}

/// Serves the registry on the server itself; CivetServer::getContext() gives a context too. `name[]` in the query
/// chooses families.
inline void mount(const mg_context* server, Registry& registry, const char* path = "/metrics") {
  const auto handle = [](mg_connection* connection, void* data) {
    const mg_request_info& info = *mg_get_request_info(connection);
    const auto scraped =
        scrape(*static_cast<Registry*>(data), detail::civetweb_headers(connection), detail::view_of(info.query_string));
    mg_response_header_start(connection, scraped.status);
    scraped.headers(detail::civetweb_adder(connection));
    mg_response_header_add(connection, "Content-Length", std::to_string(scraped.body.size()).c_str(), -1);
    mg_response_header_send(connection);
    if (info.request_method != std::string_view{"HEAD"}) mg_write(connection, scraped.body.data(), scraped.body.size());
    return scraped.status;
  };
  mg_set_request_handler(const_cast<mg_context*>(server), path, handle, &registry);
}

}  // namespace vitals
