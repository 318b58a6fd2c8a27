#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include <vitals/http/http_metrics.hpp>

namespace vitals {

/// Runs handler() or handler(HttpRequest&) as one request: gives its result and passes its exceptions on, recorded by
/// HttpRequest::fail(). A handler that returns an int returns the status; others set it through the request, else it is
/// 200.
template <class Handler>
decltype(auto) measure(HttpMetrics& http, std::string_view method, RouteRef route, Handler&& handler) {
  HttpRequest request = http.start(method, route);
  const auto handle = [&]() -> decltype(auto) {
    if constexpr (std::invocable<Handler, HttpRequest&>) {
      return std::forward<Handler>(handler)(request);
    } else {
      return std::forward<Handler>(handler)();
    }
  };
  const auto call = [&]() -> decltype(auto) { return request.guard(handle); };
  using Result = decltype(call());
  if constexpr (std::is_void_v<Result>) {
    call();
    request.finish();
  } else {
    Result result = call();
    if constexpr (std::same_as<std::remove_cvref_t<Result>, int>) {
      request.finish(result);
    } else {
      request.finish();
    }
    return result;
  }
}

}  // namespace vitals
