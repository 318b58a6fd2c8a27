#pragma once

// For servers made with libevent's evhttp, 2.1 or later: needs <event2/http.h>. Can't see: how long a body took to
// arrive; the size of a chunked answer, unless told to request_of(); why a connection was closed whose client is still
// there. What evhttp answers itself (501, malformed requests) isn't counted.
#include <memory>
#include <new>
#include <string>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>

#include <vitals/http/detail/foreign_text.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

inline auto evhttp_headers(evhttp_request* request) {
  return [headers = evhttp_request_get_input_headers(request)](auto name) {
    return view_of(evhttp_find_header(headers, std::string{name}.c_str()));
  };
}
inline auto evhttp_adder(evhttp_request* request) {
  return [headers = evhttp_request_get_output_headers(request)](auto name, auto value) {
    evhttp_add_header(headers, std::string{name}.c_str(), std::string{value}.c_str());
  };
}

// Rides with its request, as the data of its callbacks, until that is answered or its connection closed.
struct EvhttpRequest {
  HttpRequest request;
  evhttp_request* of;

  static void completed(evhttp_request* of, void* self) {
    const std::unique_ptr<EvhttpRequest> current{static_cast<EvhttpRequest*>(self)};
    evhttp_connection_set_closecb(evhttp_request_get_connection(of), nullptr, nullptr);
    if (evhttp_request_get_command(of) != EVHTTP_REQ_HEAD)
      current->request.bytes_out(view_of(evhttp_find_header(evhttp_request_get_output_headers(of), "Content-Length")));
    current->request.finish(evhttp_request_get_response_code(of));
  }
  // Its status tells nothing by now, since evhttp has made it 400.
  static void closed(evhttp_connection* connection, void* self) {
    const std::unique_ptr<EvhttpRequest> current{static_cast<EvhttpRequest*>(self)};
    evhttp_request_set_on_complete_cb(current->of, nullptr, nullptr);
    current->request.abandon(abort_of(bufferevent_getfd(evhttp_connection_get_bufferevent(connection))));
  }
};

}  // namespace detail

/// Stands before a callback of a server: evhttp_set_gencb(server, h.handle, &h). Takes the on_complete_cb of requests
/// and the closecb of their connections. Lifetime: it, and http, must outlive the server.
struct EvhttpHandler {
  HttpMetrics& http;
  void (*users)(evhttp_request*, void*);
  void* users_data = nullptr;

  static void handle(evhttp_request* request, void* self) {
    const auto& handler = *static_cast<const EvhttpHandler*>(self);
    auto* const current = new (std::nothrow) detail::EvhttpRequest{{}, request};
    if (current == nullptr) return handler.users(request, handler.users_data);
    const auto method = detail::name_of(evhttp_request_get_command(request), "GET", "POST", "HEAD", "PUT", "DELETE",
                                        "OPTIONS", "TRACE", "CONNECT", "PATCH");
    current->request = handler.http.start(method, evhttp_request_get_uri(request), detail::evhttp_headers(request));
    evhttp_request_set_on_complete_cb(request, detail::EvhttpRequest::completed, current);
    evhttp_connection_set_closecb(evhttp_request_get_connection(request), detail::EvhttpRequest::closed, current);
    handler.users(request, handler.users_data);
  }
};

/// The request that is counted; none once it is answered or broken off, and in a callback without an EvhttpHandler.
inline HttpRequest& request_of(evhttp_request* request) noexcept {
  thread_local HttpRequest none;
  if (request->on_complete_cb != detail::EvhttpRequest::completed) return none;
  return static_cast<detail::EvhttpRequest*>(request->on_complete_cb_arg)->request;
}

/// Tells the status and adds X-Response-Time and its like: before evhttp_send_reply() or evhttp_send_reply_start().
inline void stamp(evhttp_request* request, int status) {
  request_of(request).status(status);
  request_of(request).stamp(detail::evhttp_adder(request));
}

/// Serves the registry on the server itself; `name[]` in the query chooses families.
inline void mount(evhttp* server, Registry& registry, const char* path = "/metrics") {
  const auto serve = [](evhttp_request* request, void* data) {
    const auto scraped = scrape(*static_cast<Registry*>(data), detail::evhttp_headers(request),
                                detail::query_of(evhttp_request_get_uri(request)));
    scraped.headers(detail::evhttp_adder(request));
    evbuffer_add(evhttp_request_get_output_buffer(request), scraped.body.data(), scraped.body.size());
    evhttp_send_reply(request, scraped.status, nullptr, nullptr);
  };
  evhttp_set_cb(server, path, serve, &registry);
}

}  // namespace vitals
