#pragma once

// For servers made with GNU libmicrohttpd 0.9.71 or later: needs <microhttpd.h>. Can't see, unless told to
// request_of(): sizes of answers; exceptions, which libmicrohttpd doesn't survive. What it refuses itself isn't
// counted.
#include <cerrno>
#include <cstdio>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <microhttpd.h>
#include <sys/socket.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

struct MicrohttpdRequest {
  void* users = nullptr;  // the first, so that its address is that of the whole
  HttpRequest request;
};

inline std::string_view microhttpd_header(MHD_Connection* connection, std::string_view name) {
  const char* value = nullptr;
  std::size_t size = 0;
  MHD_lookup_connection_value_n(connection, MHD_HEADER_KIND, name.data(), name.size(), &value, &size);
  return value != nullptr ? std::string_view{value, size} : std::string_view{};
}

// Encodes a part of the query again, which libmicrohttpd keeps decoded.
inline MHD_Result microhttpd_append(void* query, MHD_ValueKind, const char* key, const char* value) {
  auto& to = static_cast<std::string*>(query)->append(key) += '=';
  for (char code[4]; value != nullptr && *value != '\0'; to += code) {
    std::snprintf(code, sizeof code, "%%%02x", static_cast<unsigned char>(*value++));
  }
  to += '&';
  return MHD_YES;
}

inline MHD_Result microhttpd_serve(Registry& registry, MHD_Connection* connection) {
  std::string query;
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, microhttpd_append, &query);
  ScrapeResponse scraped = scrape(registry, microhttpd_header(connection, "Accept"),
                                  microhttpd_header(connection, "Accept-Encoding"), query);
  MHD_Response* const response =
      MHD_create_response_from_buffer(scraped.body.size(), scraped.body.data(), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type", scraped.content_type.c_str());
  MHD_add_response_header(response, "Content-Encoding", scraped.content_encoding.c_str());  // adds none that is empty
  const MHD_Result result = MHD_queue_response(connection, static_cast<unsigned>(scraped.status), response);
  MHD_destroy_response(response);
  return result;
}

// Of a request that ended with an error: whether the client has gone, or the server gave it up.
inline HttpAbort microhttpd_error(MHD_Connection* connection) {
  char byte = 0;
  const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  const auto n = ::recv(info->connect_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n > 0 || (n < 0 && errno == EAGAIN) ? HttpAbort::Error : HttpAbort::ClientGone;
}

}  // namespace detail

/// The request of a handler, by the `con_cls` that it was given, for what isn't seen: bytes_out(), fail(), label().
inline HttpRequest& request_of(void** con_cls) noexcept {
  return static_cast<detail::MicrohttpdRequest*>(static_cast<void*>(con_cls))->request;
}

/// Adds the headers of HttpOptions, such as X-Response-Time, to a response of this request alone, to be queued at once.
inline void stamp(void** con_cls, MHD_Response* response) {
  request_of(con_cls).stamp([response](auto name, auto value) {
    MHD_add_response_header(response, std::string{name}.c_str(), std::string{value}.c_str());
  });
}

/// Stands before a daemon's handler, to count and time requests from the header to the last byte of the answer:
///   vitals::MicrohttpdHandler handler{http, answer};
///   MHD_start_daemon(flags, port, nullptr, nullptr, handler.access, &handler,
///                    MHD_OPTION_NOTIFY_COMPLETED, handler.completed, &handler, MHD_OPTION_END);
/// Lifetime: it, and http, must outlive the daemon.
struct MicrohttpdHandler {
  HttpMetrics& http;
  MHD_AccessHandlerCallback users;
  void* users_data = nullptr;
  MHD_RequestCompletedCallback users_completed = nullptr;
  void* users_completed_data = nullptr;
  Registry* registry = nullptr;  ///< mount() sets it, and the path
  std::string path = {};

  static MHD_Result access(void* self, MHD_Connection* connection, const char* url, const char* method,
                           const char* version, const char* upload, std::size_t* upload_size, void** data) {
    const auto& handler = *static_cast<const MicrohttpdHandler*>(self);
    const bool is_first = *data == nullptr;
    if (is_first) {
      auto* const started = new (std::nothrow) detail::MicrohttpdRequest;
      if (started == nullptr) return MHD_NO;
      const auto header = [connection](auto name) { return detail::microhttpd_header(connection, name); };
      started->request = handler.http.start(method, url, header);
      *data = started;
    }
    auto& current = *static_cast<detail::MicrohttpdRequest*>(*data);
    MHD_Result result = MHD_YES;
    if (handler.registry == nullptr || url != handler.path) {
      result = handler.users(handler.users_data, connection, url, method, version, upload, upload_size, &current.users);
    } else if (!is_first && std::exchange(*upload_size, 0) == 0) {  // at first it would close the connection
      result = detail::microhttpd_serve(*handler.registry, connection);
    }
    if (MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS) != nullptr) current.request.first_byte();
    return result;
  }

  static void completed(void* self, MHD_Connection* connection, void** data, MHD_RequestTerminationCode reason) {
    const auto& handler = *static_cast<const MicrohttpdHandler*>(self);
    auto* const current = static_cast<detail::MicrohttpdRequest*>(*data);
    if (current == nullptr) return;
    const auto* const info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
    if (info != nullptr) current->request.status(static_cast<int>(info->http_status));
    switch (reason) {
      case MHD_REQUEST_TERMINATED_COMPLETED_OK:
        current->request.finish(0);
        break;
      case MHD_REQUEST_TERMINATED_WITH_ERROR:
        current->request.abandon(detail::microhttpd_error(connection));
        break;
      case MHD_REQUEST_TERMINATED_TIMEOUT_REACHED:
        current->request.abandon(HttpAbort::Timeout);
        break;
      case MHD_REQUEST_TERMINATED_DAEMON_SHUTDOWN:
        current->request.abandon(HttpAbort::Shutdown);
        break;
      default:
        current->request.abandon();
    }
    if (handler.users_completed != nullptr) {
      handler.users_completed(handler.users_completed_data, connection, &current->users, reason);
    }
    delete current;
  }
};

/// Serves the registry on the server itself; `name[]` in the query chooses families. REQUIRES: the daemon isn't
/// started.
inline void mount(MicrohttpdHandler& handler, Registry& registry, std::string path = "/metrics") {
  handler.registry = &registry;
  handler.path = std::move(path);
}

}  // namespace vitals
