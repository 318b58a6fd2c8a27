#pragma once

// For servers made with Pistache, 0.0.5: needs its headers. A handler gets a MeteredWriter in the place of a
// ResponseWriter. Not seen: requests that Pistache refuses itself (malformed, unknown methods); the upload of a body;
// whether a client that went away got any of the answer, which counts as 499; the end of a stream: ends() counts as
// that; all but one of several names in `name[]=…&name[]=…`. What a handler without metered() answers counts as
// `_OTHER`.
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <pistache/http.h>
#include <pistache/router.h>

#include <vitals/http/detail/pistache_writer.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

/// A route's handler that calls handler(const Pistache::Rest::Request&, MeteredWriter).
template <class Handler>
::Pistache::Rest::Route::Handler metered(Handler handler) {
  return [handler = std::move(handler)](const auto& request, auto writer) {
    handler(request, MeteredWriter{std::move(writer), std::exchange(detail::pistache_request, nullptr)});
    return ::Pistache::Rest::Route::Result::Ok;
  };
}

namespace detail {

// The request's headers, of which Pistache gives copies.
struct PistacheHeaders {
  const pistache::Request& of;
  mutable std::string value = {};
  std::string_view operator()(std::string_view name) const {
    const auto raw = of.headers().tryGetRaw(std::string{name});
    return value = raw ? raw->value() : std::string{};
  }
};

class PistacheHandler : public pistache::Handler {
 public:
  HTTP_PROTOTYPE(PistacheHandler)

  PistacheHandler(std::shared_ptr<::Pistache::Rest::Router> router, HttpMetrics& http)
      : router_{std::move(router)}, http_{&http} {}

  void onRequest(const pistache::Request& request, pistache::ResponseWriter writer) override {
    const PistacheHeaders headers{request};
    const auto timed = std::make_shared<HttpRequest>(
        http_->start(pistache::methodString(request.method()), request.resource(), headers));
    if (headers("content-length").empty()) timed->bytes_in(request.body().size());  // chunked
    pistache_request = timed;
    const auto status = timed->guard([&] {
      try {
        return router_->route(request, std::move(writer));
      } catch (const pistache::HttpError& error) {
        timed->status(error.code());
        throw;
      }
    });
    if (!std::exchange(pistache_request, nullptr)) return;  // a metered() handler has it
    using Status = ::Pistache::Rest::Route::Status;
    const bool is_routers_404 = status == Status::NotFound && !router_->hasNotFoundHandler();
    timed->finish(status == Status::NotAllowed ? 405 : is_routers_404 ? 404 : 0);
  }
  void onDisconnection(const std::shared_ptr<::Pistache::Tcp::Peer>& peer) override { router_->disconnectPeer(peer); }

 private:
  std::shared_ptr<::Pistache::Rest::Router> router_;
  HttpMetrics* http_;
};

}  // namespace detail

/// The handler of a server that counts and times all requests to the router's routes: give it to the Endpoint.
/// 404 and 405 by the router itself are counted; exceptions too, with the status that Pistache answers.
/// Lifetime: http must outlive the server.
inline std::shared_ptr<::Pistache::Http::Handler> instrument(std::shared_ptr<::Pistache::Rest::Router> router,
                                                             HttpMetrics& http) {
  return std::make_shared<detail::PistacheHandler>(std::move(router), http);
}

/// Serves the registry on the server itself.
inline void mount(::Pistache::Rest::Router& router, Registry& registry, const std::string& path = "/metrics") {
  router.get(path, [&registry](const auto& request, auto writer) {
    const std::string query = request.query().as_str();
    const auto scraped = scrape(registry, detail::PistacheHeaders{request}, detail::query_of(query));
    scraped.headers(detail::pistache_adder(writer));
    writer.send(static_cast<::Pistache::Http::Code>(scraped.status), scraped.body);
    return ::Pistache::Rest::Route::Result::Ok;
  });
}

}  // namespace vitals
