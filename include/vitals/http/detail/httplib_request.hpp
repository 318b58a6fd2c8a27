#pragma once

// Of <vitals/http/httplib.hpp>; needs <httplib.h>.
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>

#include <httplib.h>

#include <vitals/http/http_metrics.hpp>

namespace vitals::detail {

inline auto httplib_headers(const ::httplib::Request& request) {
  return [&headers = request.headers](std::string_view name) {
    const auto header = headers.find(std::string{name});
    return header == headers.end() ? std::string_view{} : header->second;
  };
}
template <class Response>
auto httplib_setter(Response& to) {
  return [&to](auto name, auto value) { to.set_header(std::string{name}, std::string{value}); };
}

/// Of vitals' own. One that is compressed is provided, since httplib would compress a body once more.
template <class Answer>
void httplib_answer(const Answer& answer, ::httplib::Response& to) {
  to.status = answer.status;
  bool is_compressed = false;
  answer.headers([&](std::string_view name, std::string_view value) {
    is_compressed |= name == "Content-Encoding";
    if (name != "Content-Type") to.set_header(std::string{name}, std::string{value});
  });
  if (!is_compressed) return to.set_content(answer.body, answer.content_type);
  const auto write = [body = answer.body](auto at, auto n, auto& sink) { return sink.write(body.data() + at, n); };
  to.set_content_provider(answer.body.size(), answer.content_type, write);
}

/// The request that this thread of the server is at: httplib serves one after the other on it, start to end.
struct HttplibRequest {
  HttpRequest request;
  std::exception_ptr error;
  std::uint64_t serial = 0;
  std::string length;
  bool handled_early = false, is_stream = false;
  ::httplib::ContentProviderResourceReleaser releaser;  // the handler's own

  void start(HttpMetrics& http, const ::httplib::Request& from) {
    request = http.start(from.method, from.path, httplib_headers(from));
  }
  // Templates are listed, or the server's (0.21), but never made of captures and parameters, which a client chose.
  template <class Request>
  void route(HttpMetrics& http, const Request& of, int status) {
    if constexpr (requires { of.matched_route; }) {
      if (const auto told = http.learn(of.matched_route); told != http.unmatched()) return request.route(told);
    }
    bool matched = !of.matches.empty();
    if constexpr (requires { of.path_params; }) matched |= !of.path_params.empty();
    if (matched || (handled_early && status != 404)) return;
    if (status == 404) return request.route(http.unmatched());
    if (status < 400 && http.match(of.path) == http.unmatched()) request.route(http.static_files());
  }
};
inline thread_local HttplibRequest httplib_request;

// Where httplib knows WebSockets, an upgraded connection ends without a post-routing handler.
template <class Server>
bool httplib_may_upgrade(const ::httplib::Request& request) {
  if constexpr (requires { typename Server::WebSocketHandler; }) return request.has_header("Sec-WebSocket-Key");
  return false;
}

}  // namespace vitals::detail
