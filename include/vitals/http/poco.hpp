#pragma once

// For servers made with POCO Net, 1.11 or later: needs its headers. POCO has no router: the routes are those that
// HttpOptions lists.
// Not seen: requests that POCO refuses itself (malformed); whether a client that went away got any of the answer, which
// counts with its status; when the last buffer of a file was written; how large bodies are that clients send in chunks.
// Answers that a handler sends through HTTPServerRequest::response() pass the adapter by: they count as `_OTHER`.

#include <algorithm>
#include <cstdint>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string>
#include <string_view>
#include <utility>

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/HTTPServerSession.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

namespace poco_net = ::Poco::Net;

// Passes a body on to POCO's stream, and counts it.
struct PocoBody final : std::streambuf {
  std::ostream* to = nullptr;
  std::uint64_t bytes = 0;

  std::streamsize xsputn(const char* data, std::streamsize n) override {
    if (!to->write(data, n)) return 0;
    bytes += static_cast<std::uint64_t>(n);
    return n;
  }
  int_type overflow(int_type c) override {
    const char byte = traits_type::to_char_type(c);
    return xsputn(&byte, 1) == 1 ? traits_type::not_eof(c) : traits_type::eof();
  }
  int sync() override { return to->flush() ? 0 : -1; }
};

// The response that a handler gets: its status and headers go to POCO's own when they are sent.
class PocoResponse final : public poco_net::HTTPServerResponse {
 public:
  PocoResponse(poco_net::HTTPServerResponse& to, HttpRequest& timed) : to_{to}, timed_{timed} { pull(); }

  void sendContinue() override { to_.sendContinue(); }
  std::ostream& send() override {
    stamp();
    body_.to = &to_.send();
    pull();
    return stream_;
  }
  void sendFile(const std::string& path, const std::string& type) override {
    stamp();
    to_.sendFile(path, type);
    pull();
    body_.bytes = static_cast<std::uint64_t>(getContentLength64());
  }
  void sendBuffer(const void* data, std::size_t n) override {
    setContentLength64(static_cast<Poco::Int64>(n));
    setChunkedTransferEncoding(false);
    send().write(static_cast<const char*>(data), static_cast<std::streamsize>(n));
  }
  void redirect(const std::string& uri, HTTPStatus status = HTTP_FOUND) override {
    setStatusAndReason(status);
    set("Location", uri);
    sendBuffer("", 0);
  }
  void requireAuthentication(const std::string& realm) override {
    push();
    to_.requireAuthentication(realm);
    pull();
  }
  [[nodiscard]] bool sent() const override { return to_.sent(); }

  // The handler is through; what is still in the stream's buffer is written, as POCO would do next.
  void end(bool has_body) {
    if (body_.to != nullptr) stream_.flush();
    if (sent() && sent_status_ != 0) timed_.status(sent_status_);
    if (has_body && stream_) timed_.bytes_out(body_.bytes);
    to_.setKeepAlive(getKeepAlive());
  }

 private:
  void pull() { HTTPResponse::operator=(to_); }
  void push() { to_.HTTPResponse::operator=(*this); }
  void stamp() {
    timed_.stamp([&](auto name, auto value) { set(std::string{name}, std::string{value}); });
    sent_status_ = getStatus();
    push();
  }

  poco_net::HTTPServerResponse& to_;
  HttpRequest& timed_;
  PocoBody body_;
  std::ostream stream_{&body_};
  int sent_status_ = 0;
};

class PocoHandler final : public poco_net::HTTPRequestHandler {
 public:
  PocoHandler(std::unique_ptr<HTTPRequestHandler> to, HttpRequest timed)
      : to_{std::move(to)}, timed_{std::move(timed)} {}

  void handleRequest(poco_net::HTTPServerRequest& request, poco_net::HTTPServerResponse& response) override {
    PocoResponse metered{response, timed_};
    const bool has_body = request.getMethod() != poco_net::HTTPRequest::HTTP_HEAD;
    try {
      to_->handleRequest(request, metered);
    } catch (...) {
      metered.end(has_body);
      timed_.fail();
      throw;
    }
    metered.end(has_body);
    auto* const impl = dynamic_cast<poco_net::HTTPServerRequestImpl*>(&request);
    impl != nullptr && impl->session().networkException() != nullptr ? timed_.abandon() : timed_.finish(0);
  }

 private:
  const std::unique_ptr<HTTPRequestHandler> to_;
  HttpRequest timed_;
};

class PocoScrape final : public poco_net::HTTPRequestHandler {
 public:
  explicit PocoScrape(Registry& registry) : registry_{registry} {}

  void handleRequest(poco_net::HTTPServerRequest& request, poco_net::HTTPServerResponse& response) override {
    const std::string& target = request.getURI();
    const auto query = target.substr(std::min(target.find('?'), target.size() - 1) + 1);
    const auto scraped = scrape(registry_, request.get("Accept", ""), request.get("Accept-Encoding", ""), query);
    response.setStatusAndReason(static_cast<poco_net::HTTPResponse::HTTPStatus>(scraped.status));
    response.setContentType(scraped.content_type);
    if (!scraped.content_encoding.empty()) response.set("Content-Encoding", scraped.content_encoding);
    response.sendBuffer(scraped.body.data(), scraped.body.size());
  }

 private:
  Registry& registry_;
};

template <class Make>
class PocoFactory final : public poco_net::HTTPRequestHandlerFactory {
 public:
  explicit PocoFactory(Make make) : make_{std::move(make)} {}

  poco_net::HTTPRequestHandler* createRequestHandler(const poco_net::HTTPServerRequest& request) override {
    return make_(request);
  }

 private:
  Make make_;
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
    static const std::string none;
    const auto header = [&](auto name) -> std::string_view { return request.get(std::string{name}, none); };
    HttpRequest timed = http.start(request.getMethod(), request.getURI(), header);
    try {
      std::unique_ptr<Handler> handler{factory->createRequestHandler(request)};
      if (handler && timed) return new detail::PocoHandler{std::move(handler), std::move(timed)};
      timed.finish(detail::poco_net::HTTPResponse::HTTP_NOT_IMPLEMENTED);  // what POCO answers if there is no handler
      return handler.release();
    } catch (...) {
      timed.fail();
      throw;
    }
  }};
}

/// A factory that serves the registry at the path, and leaves everything else to this one.
inline ::Poco::Net::HTTPRequestHandlerFactory::Ptr mount(::Poco::Net::HTTPRequestHandlerFactory::Ptr factory,
                                                         Registry& registry, const std::string& path = "/metrics") {
  using Handler = detail::poco_net::HTTPRequestHandler;
  return new detail::PocoFactory{[factory, &registry, path](const auto& request) mutable -> Handler* {
    const std::string& target = request.getURI();
    if (target.compare(0, target.find('?'), path) == 0) return new detail::PocoScrape{registry};
    return factory->createRequestHandler(request);
  }};
}

}  // namespace vitals
