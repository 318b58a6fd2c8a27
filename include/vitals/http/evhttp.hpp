#pragma once

// For servers made with libevent's evhttp, 2.1 or later: needs <event2/http.h>. Can't see: how long a body took to
// arrive (a request starts when it is whole); the size of a chunked answer, unless told to request_of(); why a
// connection was closed whose client is still there (the reason is "error"). What evhttp answers itself (501, malformed
// requests) isn't counted.
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <sys/socket.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

inline std::string_view evhttp_header(const evkeyvalq* headers, std::string_view name) {
  const char* const value = evhttp_find_header(headers, std::string{name}.c_str());
  return value != nullptr ? value : std::string_view{};
}

// Rides with its request, as the data of its callbacks, until that is answered or its connection closed.
struct EvhttpRequest {
  HttpRequest request;
  evhttp_request* of;

  // The last byte is written.
  static void completed(evhttp_request* of, void* self) {
    auto* const current = static_cast<EvhttpRequest*>(self);
    evhttp_connection_set_closecb(evhttp_request_get_connection(of), nullptr, nullptr);
    const auto length = evhttp_header(evhttp_request_get_output_headers(of), "Content-Length");
    if (!length.empty() && evhttp_request_get_command(of) != EVHTTP_REQ_HEAD) {
      current->request.bytes_out(std::strtoull(length.data(), nullptr, 10));
    }
    current->request.finish(evhttp_request_get_response_code(of));
    delete current;
  }
  // Its status tells nothing by now, since evhttp has made it 400.
  static void closed(evhttp_connection* connection, void* self) {
    auto* const current = static_cast<EvhttpRequest*>(self);
    evhttp_request_set_on_complete_cb(current->of, nullptr, nullptr);
    char byte = 0;
    const auto n =
        ::recv(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    current->request.abandon(n > 0 || (n < 0 && errno == EAGAIN) ? HttpAbort::Error : HttpAbort::ClientGone);
    delete current;
  }
};

inline std::string_view evhttp_method(evhttp_cmd_type command) {
  constexpr std::string_view kMethods[] = {"GET",     "POST",  "HEAD",    "PUT",  "DELETE",
                                           "OPTIONS", "TRACE", "CONNECT", "PATCH"};
  const auto i = static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(command)));
  return i < std::size(kMethods) ? kMethods[i] : "_OTHER";
}

}  // namespace detail

/// Stands before a callback of a server, to count and time its requests:
///   vitals::EvhttpHandler handler{http, answer};
///   evhttp_set_gencb(server, handler.handle, &handler);
/// Takes the on_complete_cb of requests and the closecb of their connections.
/// Lifetime: it, and http, must outlive the server.
struct EvhttpHandler {
  HttpMetrics& http;
  void (*users)(evhttp_request*, void*);
  void* users_data = nullptr;

  static void handle(evhttp_request* request, void* self) {
    const auto& handler = *static_cast<const EvhttpHandler*>(self);
    if (auto* const current = new (std::nothrow) detail::EvhttpRequest{{}, request}; current != nullptr) {
      const char* const path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
      const auto* const headers = evhttp_request_get_input_headers(request);
      current->request =
          handler.http.start(detail::evhttp_method(evhttp_request_get_command(request)), path != nullptr ? path : "",
                             [headers](auto name) { return detail::evhttp_header(headers, name); });
      evhttp_request_set_on_complete_cb(request, detail::EvhttpRequest::completed, current);
      evhttp_connection_set_closecb(evhttp_request_get_connection(request), detail::EvhttpRequest::closed, current);
    }
    handler.users(request, handler.users_data);
  }
};

/// The request that is counted, until it is answered or broken off; then, and of a callback without an EvhttpHandler,
/// none.
inline HttpRequest& request_of(evhttp_request* request) noexcept {
  thread_local HttpRequest none;
  if (request->on_complete_cb != detail::EvhttpRequest::completed) return none;
  return static_cast<detail::EvhttpRequest*>(request->on_complete_cb_arg)->request;
}

/// To be called before evhttp_send_reply() or evhttp_send_reply_start(): tells the status, and adds the headers of
/// HttpOptions, such as X-Response-Time.
inline void stamp(evhttp_request* request, int status) {
  request_of(request).status(status);
  request_of(request).stamp([headers = evhttp_request_get_output_headers(request)](auto name, auto value) {
    evhttp_add_header(headers, std::string{name}.c_str(), std::string{value}.c_str());
  });
}

/// Serves the registry on the server itself; `name[]` in the query chooses families.
inline void mount(evhttp* server, Registry& registry, const char* path = "/metrics") {
  const auto serve = [](evhttp_request* request, void* data) {
    const auto* const headers = evhttp_request_get_input_headers(request);
    const char* const query = evhttp_uri_get_query(evhttp_request_get_evhttp_uri(request));
    const ScrapeResponse scraped =
        scrape(*static_cast<Registry*>(data), detail::evhttp_header(headers, "Accept"),
               detail::evhttp_header(headers, "Accept-Encoding"), query != nullptr ? query : "");
    auto* const to = evhttp_request_get_output_headers(request);
    evhttp_add_header(to, "Content-Type", scraped.content_type.c_str());
    if (!scraped.content_encoding.empty()) evhttp_add_header(to, "Content-Encoding", scraped.content_encoding.c_str());
    evbuffer* const body = evbuffer_new();
    evbuffer_add(body, scraped.body.data(), scraped.body.size());
    evhttp_send_reply(request, scraped.status, nullptr, body);
    evbuffer_free(body);
  };
  evhttp_set_cb(server, path, serve, &registry);
}

}  // namespace vitals
