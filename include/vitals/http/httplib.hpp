#pragma once

// For servers made with cpp-httplib, 0.11 or later: needs <httplib.h>, compiled with the same CPPHTTPLIB_… macros as
// everywhere else in the program. Header-only, so that vitals::http itself has no part in its ABI.

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <httplib.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/http_request.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

struct HttplibOptions {
  /// httplib::Server has one slot each for these handlers and instrument() takes it: give it yours.
  ::httplib::Server::HandlerWithResponse pre_routing = {};
  ::httplib::Server::Handler post_routing = {};
  /// Answers carry X-Response-Time: 12.345ms, the time until their first byte.
  bool response_time_header = true;
  /// Paths that are not counted.
  std::vector<std::string> exclude = {"/metrics"};
};

namespace detail {

// The request that this thread of the server is at: httplib serves one after the other on it, start to end.
struct HttplibRequest {
  HttpRequest request;
  std::uint64_t serial = 0;
  bool handled_early = false;
};
inline thread_local HttplibRequest httplib_request;

// Ends the request when its response dies, which is after it was written. A copy of the response dies later, and on
// whatever thread: it finds another serial number. Small enough for std::function to hold without an allocation.
struct HttplibEnd {
  HttplibRequest* current;
  std::uint64_t serial;

  void operator()(bool /*completed*/) const noexcept {
    if (current == &httplib_request && current->serial == serial) current->request.finish();
  }
};

// A template comes from the program alone: listed, or told by the server. Nothing is made of the request's path and
// what the server found in it: beside captures a pattern may have wildcards, and parameters may be of a route that did
// not match in the end.
template <class Request>
RouteRef httplib_route(HttpMetrics& http, const Request& request, int status, bool handled_early) {
  bool matched = !request.matches.empty();
  if constexpr (requires { request.path_params; }) matched = matched || !request.path_params.empty();
  if constexpr (requires { request.matched_route; }) {
    if (!request.matched_route.empty()) return http.learn(request.matched_route);
  }
  const RouteRef listed = http.match(request.path);
  if (matched) return listed;
  if (status == 404) return http.unmatched();
  if (handled_early || status >= 400 || listed != http.unmatched()) return listed;
  return http.static_files();
}

// Since httplib knows WebSockets, an upgraded connection ends without a post-routing handler: it is not counted.
template <class Server, class Request>
bool httplib_may_upgrade(const Request& request) {
  if constexpr (requires { typename Server::WebSocketHandler; }) {
    return request.has_header("Sec-WebSocket-Key");
  } else {
    return false;
  }
}

template <class Response>
void httplib_finish_when_written(Response& response) {
  auto& current = httplib_request;
  if constexpr (requires { response.content_provider_resource_releaser_(true); }) {
    const HttplibEnd end{&current, ++current.serial};
    auto previous = std::move(response.content_provider_resource_releaser_);
    if (!previous) {
      response.content_provider_resource_releaser_ = end;
    } else {
      response.content_provider_resource_releaser_ = [previous = std::move(previous), end](bool completed) {
        previous(completed);
        end(completed);
      };
    }
  } else {
    current.request.finish();
  }
}

}  // namespace detail

/// Counts and times every request of the server, from its header to the last byte of its answer.
/// `endpoint` is the route in http's list that matches; for others the server's own template where this httplib tells
/// it (0.21), else `_unmatched`, since the rest is what a client chose: list your routes.
/// `_static` for mounted files, `_unmatched` for 404s without a route. A handler that throws counts as what the client
/// gets (500, unless an exception handler decides otherwise); a streamed answer that the client breaks off, as its
/// status.
/// REQUIRES: called before listen(). Takes the server's pre-routing and post-routing slots: HttplibOptions has them.
/// Lifetime: http must outlive the server's last request.
inline void instrument(::httplib::Server& server, HttpMetrics& http, HttplibOptions options = {}) {
  using Server = ::httplib::Server;
  const auto is_excluded = [exclude = std::move(options.exclude)](const ::httplib::Request& request) {
    return std::find(exclude.begin(), exclude.end(), request.path) != exclude.end();
  };
  server.set_pre_routing_handler(
      [&http, is_excluded, pre = std::move(options.pre_routing)](const auto& request, auto& response) {
        auto& current = detail::httplib_request;
        current.handled_early = false;
        if (!is_excluded(request) && !detail::httplib_may_upgrade<Server>(request)) {
          current.request = http.start(request.method, http.unmatched());
        }
        const auto result = pre ? pre(request, response) : Server::HandlerResponse::Unhandled;
        current.handled_early = result == Server::HandlerResponse::Handled;
        return result;
      });
  server.set_post_routing_handler([&http, is_excluded, post = std::move(options.post_routing),
                                   header = options.response_time_header](const auto& request, auto& response) {
    if (post) post(request, response);
    if (is_excluded(request)) return;
    auto& current = detail::httplib_request;
    // What httplib refuses before routing (400, 414, 416) comes here alone.
    if (!current.request) current.request = http.start(request.method, http.unmatched());
    current.request.route(detail::httplib_route(http, request, response.status, current.handled_early));
    current.request.status(response.status);
    if (header) response.set_header("X-Response-Time", current.request.elapsed_ms());
    detail::httplib_finish_when_written(response);
  });
}

/// Serves the registry on the server itself, for those who want no Endpoint; httplib compresses, if it is built to.
/// `name[]` in the query chooses families, as scrape() says.
inline void mount(::httplib::Server& server, Registry& registry, const std::string& path = "/metrics") {
  server.Get(path, [&registry](const ::httplib::Request& request, ::httplib::Response& response) {
    const auto mark = request.target.find('?');
    const std::string query = mark == std::string::npos ? std::string{} : request.target.substr(mark + 1);
    const ScrapeResponse scraped = scrape(registry, request.get_header_value("Accept"), {}, query);
    response.status = scraped.status;
    response.set_content(scraped.body, scraped.content_type);
  });
}

}  // namespace vitals
