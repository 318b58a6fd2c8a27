#pragma once

// For servers made with POCO Net, 1.11 or later: needs its headers. POCO has no router: the routes are those that
// HttpOptions lists. Not seen: requests that POCO refuses itself (malformed); whether a client that went away got any
// of the answer, which counts with its status; when the last buffer of a file was written; the size of chunked uploads,
// and of answers that a handler sends through HTTPServerRequest::response().
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>

#include <vitals/http/detail/poco_response.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

namespace poco_net = ::Poco::Net;

inline auto poco_headers(const poco_net::HTTPServerRequest& request) {
  return [&request, none = std::string{}](std::string_view name) -> std::string_view {
    return request.get(std::string{name}, none);
  };
}

template <class Handle>
struct PocoHandler final : poco_net::HTTPRequestHandler {
  explicit PocoHandler(Handle by) : handle{std::move(by)} {}
  void handleRequest(poco_net::HTTPServerRequest& request, poco_net::HTTPServerResponse& response) override {
    handle(request, response);
  }
  Handle handle;
};

template <class Make>
struct PocoFactory final : poco_net::HTTPRequestHandlerFactory {
  explicit PocoFactory(Make by) : make{std::move(by)} {}
  poco_net::HTTPRequestHandler* createRequestHandler(const poco_net::HTTPServerRequest& request) override {
    return make(request);
  }
  Make make;
};

}  // namespace detail

/// A factory that counts and times every request to the handlers of this one, from its header to the last byte of its
/// answer: give it to the HTTPServer instead. An exception that a handler throws counts as 500, though POCO closes the
/// connection without an answer where it isn't a Poco::Exception. A handler that sends nothing counts as `_OTHER`.
/// Lifetime: http must outlive the server's last request.
inline ::Poco::Net::HTTPRequestHandlerFactory::Ptr instrument(::Poco::Net::HTTPRequestHandlerFactory::Ptr factory,
                                                              HttpMetrics& http) {
  using Handler = detail::poco_net::HTTPRequestHandler;
  return new detail::PocoFactory{[factory, &http](const auto& request) mutable -> Handler* {
    HttpRequest timed = http.start(request.getMethod(), request.getURI(), detail::poco_headers(request));
    std::unique_ptr<Handler> handler{timed.guard([&] { return factory->createRequestHandler(request); })};
    if (!handler) timed.finish(detail::poco_net::HTTPResponse::HTTP_NOT_IMPLEMENTED);  // which is what POCO answers
    if (!timed) return handler.release();
    return new detail::PocoHandler{
        [to = std::move(handler), timed = std::move(timed)](auto& from, auto& answer) mutable {
          detail::PocoResponse{answer, timed}.take_from(*to, from);
        }};
  }};
}

/// A factory that serves the registry at the path, and leaves everything else to this one.
inline ::Poco::Net::HTTPRequestHandlerFactory::Ptr mount(::Poco::Net::HTTPRequestHandlerFactory::Ptr factory,
                                                         Registry& registry, const std::string& path = "/metrics") {
  using Handler = detail::poco_net::HTTPRequestHandler;
  return new detail::PocoFactory{[factory, &registry, path](const auto& request) mutable -> Handler* {
    const std::string& target = request.getURI();
    if (target.compare(0, target.find('?'), path) != 0) return factory->createRequestHandler(request);
    return new detail::PocoHandler{[&registry](const auto& from, auto& answer) {
      const auto scraped = scrape(registry, detail::poco_headers(from), detail::query_of(from.getURI()));
      answer.setStatusAndReason(static_cast<detail::poco_net::HTTPResponse::HTTPStatus>(scraped.status));
      scraped.headers([&](auto name, auto value) { answer.set(std::string{name}, std::string{value}); });
      answer.sendBuffer(scraped.body.data(), scraped.body.size());
    }};
  }};
}

}  // namespace vitals
