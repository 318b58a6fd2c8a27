#pragma once

// For calls by the client of cpp-httplib 0.11 or later: needs <httplib.h>, compiled with the same CPPHTTPLIB_… macros
// everywhere. Can't see: redirects and repeated logins, a part of their call; calls through a httplib::Client&.
#include <string>
#include <utility>

#include <httplib.h>

#include <vitals/http/http_client_metrics.hpp>

namespace vitals {

/// A httplib::Client that records its calls, each from its beginning, with the connecting, to the end of its answer.
/// `_failed`: the answer didn't come, or not all of it, or a receiver of yours cancelled it.
/// Used as httplib::Client is, but that braces behind the path are headers; others need their type: httplib::Params{…}.
/// Thread-safe as far as httplib::Client is. Lifetime: client must outlive it.
class HttplibClient : public ::httplib::Client {
  // Braces for First have no type of their own, and so take its default.
  using Headers = ::httplib::Headers;
  using Result = ::httplib::Result;

 public:
  /// HttplibClient{client, "https://api.example.com"}: what httplib::Client takes, behind the metrics.
  template <class... Args>
  explicit HttplibClient(HttpClientMetrics& client, const std::string& server, Args&&... args)
      : Client(server, std::forward<Args>(args)...), client_{&client}, host_{host_of(server)} {}

  template <class First = Headers, class... Rest>
  Result Get(const std::string& path, First&& first = {}, Rest&&... rest) {
    return timed("GET", path,
                 [&] { return Client::Get(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  template <class First = Headers, class... Rest>
  Result Head(const std::string& path, First&& first = {}, Rest&&... rest) {
    return timed("HEAD", path,
                 [&] { return Client::Head(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  template <class First = Headers, class... Rest>
  Result Post(const std::string& path, First&& first = {}, Rest&&... rest) {
    return timed("POST", path,
                 [&] { return Client::Post(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  Result Put(const std::string& path) {
    return timed("PUT", path, [&] { return Client::Put(path); });
  }
  template <class First = Headers, class... Rest>
  Result Put(const std::string& path, First&& first, Rest&&... rest) {
    return timed("PUT", path,
                 [&] { return Client::Put(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  Result Patch(const std::string& path) {
    return timed("PATCH", path, [&] { return Client::Patch(path); });
  }
  template <class First = Headers, class... Rest>
  Result Patch(const std::string& path, First&& first, Rest&&... rest) {
    return timed("PATCH", path,
                 [&] { return Client::Patch(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  template <class First = Headers, class... Rest>
  Result Delete(const std::string& path, First&& first = {}, Rest&&... rest) {
    return timed("DELETE", path,
                 [&] { return Client::Delete(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  template <class First = Headers, class... Rest>
  Result Options(const std::string& path, First&& first = {}, Rest&&... rest) {
    return timed("OPTIONS", path,
                 [&] { return Client::Options(path, std::forward<First>(first), std::forward<Rest>(rest)...); });
  }
  Result send(const ::httplib::Request& request) {
    return timed(request.method, request.path, [&] { return Client::send(request); });
  }
  bool send(::httplib::Request& request, ::httplib::Response& response, ::httplib::Error& error) {
    HttpClientRequest call = client_->start(request.method, host_, request.path);
    const bool is_answered = Client::send(request, response, error);
    if (is_answered) call.finish(response.status);
    return is_answered;
  }

 private:
  // As HttpClientMetrics has it: IPv6 in brackets, which httplib doesn't need.
  static std::string host_of(std::string server) {
    if (const auto scheme = server.find("://"); scheme != std::string::npos) server.erase(0, scheme + 3);
    const bool is_bare_ipv6 = !server.starts_with('[') && server.find(':') != server.rfind(':');
    return is_bare_ipv6 ? '[' + server + ']' : server;
  }

  Result timed(const auto& method, const std::string& path, const auto& call) {
    HttpClientRequest request = client_->start(method, host_, path);
    Result result = call();
    if (result) request.finish(result->status);  // else, as if it throws, the request's end says that it failed
    return result;
  }

  HttpClientMetrics* client_;
  std::string host_;
};

}  // namespace vitals
