#pragma once

// For servers made with cpp-httplib 0.11 or later: needs <httplib.h>, compiled with the same CPPHTTPLIB_… macros as
// everywhere else in the program. Can't see: how long a connection waited for a thread; that a client left an answer
// which isn't streamed; the size of a chunked answer (counts as 0); upgrades to WebSocket (aren't counted).
#include <string>
#include <utility>

#include <httplib.h>

#include <vitals/http/detail/httplib_request.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/live_page.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

/// httplib::Server has one slot each for these handlers. instrument() takes the first two: give it yours, and set none
/// on the server afterwards.
struct HttplibOptions {
  ::httplib::Server::HandlerWithResponse pre_routing = {};
  ::httplib::Server::Handler post_routing = {};
  ::httplib::Server::ExceptionHandler exception = {};  ///< HttpOptions::exceptions needs it: httplib tells nobody else
};

/// Counts and times every request of the server, from its header to the last byte of its answer. `endpoint`: the route
/// that the server tells (0.21), else the listed one, `_static` for mounted files, `_unmatched`: list your routes.
/// REQUIRES: called before listen(). Lifetime: http must outlive the server's last request.
inline void instrument(::httplib::Server& server, HttpMetrics& http, HttplibOptions options = {}) {
  using Handled = ::httplib::Server::HandlerResponse;
  server.set_pre_routing_handler([&http, users = std::move(options.pre_routing)](auto& request, auto& response) {
    auto& current = detail::httplib_request;
    current.request.discard();
    current.error = {};
    // What asks for a WebSocket is counted only if it comes to the post-routing handler: it isn't upgraded then.
    if (!detail::httplib_may_upgrade<::httplib::Server>(request)) current.start(http, request);
    const Handled result = users ? users(request, response) : Handled::Unhandled;
    current.handled_early = result == Handled::Handled;
    return result;
  });
  server.set_post_routing_handler([&http, users = std::move(options.post_routing)](auto& request, auto& response) {
    if (users) users(request, response);
    auto& current = detail::httplib_request;
    if (!current.request) current.start(http, request);  // refused before pre-routing: 400, 414, 416
    if (!current.request) return;
    current.route(http, request, response.status);
    current.request.status(response.status);
    current.request.stamp(detail::httplib_setter(response));
    current.length = request.method == "HEAD" ? "" : response.get_header_value("Content-Length");
    current.is_stream = response.content_provider_ && request.method != "HEAD";
    // The response calls this when it dies, which is after it was written. Copies of it die later, and on whatever
    // thread: they find another serial number. It is small enough for std::function to hold without an allocation.
    const auto end = [&current, serial = ++current.serial](bool completed) {
      if (&current != &detail::httplib_request || current.serial != serial) return;
      if (const auto releaser = std::exchange(current.releaser, {})) releaser(completed);
      if (current.is_stream && !completed) return current.request.abandon();
      current.request.bytes_out(current.length);
      current.error ? current.request.fail(std::exchange(current.error, {})) : current.request.finish();
    };
    current.releaser = std::exchange(response.content_provider_resource_releaser_, end);
  });
  if (!options.exception) return;
  server.set_exception_handler([users = std::move(options.exception)](auto& request, auto& response, auto error) {
    users(request, response, detail::httplib_request.error = error);
  });
}

/// Serves the registry on the server itself, for those who want no Endpoint; `name[]` in the query chooses families.
inline void mount(::httplib::Server& server, Registry& registry, const std::string& path = "/metrics") {
  server.Get(path, [&registry](const ::httplib::Request& from, ::httplib::Response& to) {
    detail::httplib_answer(scrape(registry, detail::httplib_headers(from), detail::query_of(from.target)), to);
  });
}

/// Serves the live page there, a path of letters, digits, '-' and '_' between slashes, the last character one of them.
/// Lifetime: the page must outlive the server's last request.
inline void mount(::httplib::Server& server, const LivePage& page, const std::string& path = "/vitals/") {
  server.Get(path + "(.*)", [&page](const ::httplib::Request& from, ::httplib::Response& to) {
    const std::string encodings = from.get_header_value("Accept-Encoding");
    detail::httplib_answer(page.serve(from.matches[1].str(), detail::query_of(from.target), encodings), to);
  });
}

}  // namespace vitals
