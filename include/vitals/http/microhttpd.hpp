#pragma once

// For servers made with GNU libmicrohttpd 0.9.71 or later: needs <microhttpd.h>. Can't see, unless told to
// request_of(): sizes of answers; exceptions, which libmicrohttpd doesn't survive. What it refuses itself isn't
// counted.
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <microhttpd.h>

#include <vitals/http/detail/microhttpd_connection.hpp>
#include <vitals/http/http_metrics.hpp>

namespace vitals {
namespace detail {

struct MicrohttpdRequest {
  void* users = nullptr;  // the first, so that its address is that of the whole
  HttpRequest request;
};

}  // namespace detail

/// The request of a handler, by its `con_cls`, for what isn't seen: bytes_out(), fail(), label().
inline HttpRequest& request_of(void** con_cls) noexcept {
  return static_cast<detail::MicrohttpdRequest*>(static_cast<void*>(con_cls))->request;
}

/// Adds the headers of HttpOptions, such as X-Response-Time, to a response of this request alone, to be queued at once.
inline void stamp(void** con_cls, MHD_Response* response) {
  request_of(con_cls).stamp(detail::microhttpd_adder(response));
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
    const detail::MicrohttpdConnection of{connection};
    const bool is_first = *data == nullptr;
    if (is_first) *data = new (std::nothrow) detail::MicrohttpdRequest{nullptr, handler.http.start(method, url, of)};
    if (*data == nullptr) return MHD_NO;
    auto& current = *static_cast<detail::MicrohttpdRequest*>(*data);
    MHD_Result result = MHD_YES;
    if (handler.registry == nullptr || url != handler.path) {
      result = handler.users(handler.users_data, connection, url, method, version, upload, upload_size, &current.users);
    } else if (!is_first && std::exchange(*upload_size, 0) == 0) {  // at first it would close the connection
      result = of.serve(*handler.registry);
    }
    if (of.status() != 0) current.request.first_byte();
    return result;
  }

  static void completed(void* self, MHD_Connection* connection, void** data, MHD_RequestTerminationCode code) {
    const auto& handler = *static_cast<const MicrohttpdHandler*>(self);
    const detail::MicrohttpdConnection of{connection};
    const std::unique_ptr<detail::MicrohttpdRequest> current{static_cast<detail::MicrohttpdRequest*>(*data)};
    if (!current) return;
    HttpRequest& request = current->request;
    if (const int status = of.status(); status != 0) request.status(status);
    code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? request.finish(0) : request.abandon(of.abort(code));
    if (handler.users_completed == nullptr) return;
    handler.users_completed(handler.users_completed_data, connection, &current->users, code);
  }
};

/// Serves the registry on the server itself; `name[]` in the query chooses families. REQUIRES: the daemon isn't
/// started.
inline void mount(MicrohttpdHandler& handler, Registry& registry, std::string path = "/metrics") {
  handler.registry = &registry;
  handler.path = std::move(path);
}

}  // namespace vitals
