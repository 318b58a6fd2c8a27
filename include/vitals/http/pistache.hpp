#pragma once

// For servers made with Pistache, 0.0.5: needs its headers. A handler gets a MeteredWriter in the place of a
// ResponseWriter. Not seen: requests that Pistache refuses itself (malformed, unknown methods); the upload of a body;
// whether a client that went away got any of the answer, which counts as 499; the end of a stream: ends() counts as
// that; all but one of several names in `name[]=…&name[]=…`. What a handler without metered() answers counts as
// `_OTHER`.

#include <cstdint>
#include <exception>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <pistache/http.h>
#include <pistache/router.h>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

namespace detail {

namespace pistache = ::Pistache::Http;
using PistacheRequest = std::shared_ptr<HttpRequest>;  // since what Pistache calls must be copyable

// The request that this thread is at, on its way from the server's handler to that of its route.
inline thread_local PistacheRequest pistache_request;

inline std::string pistache_header(const pistache::Request& request, std::string_view name) {
  const auto raw = request.headers().tryGetRaw(std::string{name});
  return raw ? raw->value() : std::string{};
}

// A header of any name: Pistache sends those of its own types only.
class PistacheHeader final : public pistache::Header::Header {
 public:
  PistacheHeader(std::string_view name, std::string_view value) : name_{name}, value_{value} {}

  [[nodiscard]] const char* name() const override { return name_.c_str(); }
  void write(std::ostream& to) const override { to << value_; }
  [[nodiscard]] std::uint64_t hash() const override { return pistache::Header::detail::hash(name()); }

 private:
  std::string name_;
  std::string value_;
};

inline void add_header(pistache::ResponseWriter& writer, std::string_view name, std::string_view value) {
  writer.headers().add(std::make_shared<PistacheHeader>(name, value));
}

}  // namespace detail

/// An answer in parts, as Pistache's ResponseStream. Recorded by ends(), or when it is destroyed.
class MeteredStream {
 public:
  MeteredStream(::Pistache::Http::ResponseStream stream, int status, detail::PistacheRequest request)
      : stream_{std::move(stream)}, status_{status}, request_{std::move(request)} {}

  void write(std::string_view chunk) {
    stream_.write(chunk.data(), static_cast<std::streamsize>(chunk.size()));
    request_->bytes_out(chunk.size());
  }
  /// Throws std::runtime_error if the client has gone, as Pistache does.
  void flush() {
    stream_.flush();
    request_->status(status_);
  }
  void ends() {
    stream_.ends();
    request_->finish(status_);
  }

 private:
  ::Pistache::Http::ResponseStream stream_;
  int status_;
  detail::PistacheRequest request_;
};

/// Sends the answer to a request, on this thread or another, and records the request when it was written.
class MeteredWriter {
 public:
  MeteredWriter(::Pistache::Http::ResponseWriter writer, detail::PistacheRequest request)
      : writer_{std::move(writer)}, request_{std::move(request)} {}

  /// For headers, cookies, timeouts: what it sends itself is not seen.
  [[nodiscard]] ::Pistache::Http::ResponseWriter& writer() noexcept { return writer_; }

  ::Pistache::Async::Promise<ssize_t> send(::Pistache::Http::Code code, const std::string& body = {},
                                           const ::Pistache::Http::Mime::MediaType& mime = {}) {
    stamp();
    auto sent = writer_.send(code, body, mime);
    sent.then(
        [request = request_, code, bytes = body.size()](ssize_t) {
          request->bytes_out(bytes);
          request->finish(static_cast<int>(code));
        },
        [request = request_](std::exception_ptr&) { request->abandon(); });
    return sent;
  }
  [[nodiscard]] MeteredStream stream(::Pistache::Http::Code code) {
    stamp();
    return {writer_.stream(code), static_cast<int>(code), request_};
  }

 private:
  void stamp() {
    request_->stamp([&](auto name, auto value) { detail::add_header(writer_, name, value); });
  }

  ::Pistache::Http::ResponseWriter writer_;
  detail::PistacheRequest request_;
};

/// A route's handler that calls handler(const Pistache::Rest::Request&, MeteredWriter).
template <class Handler>
::Pistache::Rest::Route::Handler metered(Handler handler) {
  return [handler = std::move(handler)](const auto& request, auto writer) {
    handler(request, MeteredWriter{std::move(writer), std::exchange(detail::pistache_request, nullptr)});
    return ::Pistache::Rest::Route::Result::Ok;
  };
}

namespace detail {

class PistacheHandler : public pistache::Handler {
 public:
  HTTP_PROTOTYPE(PistacheHandler)

  PistacheHandler(std::shared_ptr<::Pistache::Rest::Router> router, HttpMetrics& http)
      : router_{std::move(router)}, http_{&http} {}

  void onRequest(const pistache::Request& request, pistache::ResponseWriter writer) override {
    std::string value;
    const auto header = [&](auto name) -> std::string_view { return value = pistache_header(request, name); };
    const auto timed = std::make_shared<HttpRequest>(
        http_->start(pistache::methodString(request.method()), request.resource(), header));
    if (header("content-length").empty()) timed->bytes_in(request.body().size());  // chunked
    pistache_request = timed;
    try {
      using Status = ::Pistache::Rest::Route::Status;
      const Status status = router_->route(request, std::move(writer));
      if (!std::exchange(pistache_request, nullptr)) return;  // a metered() handler has it
      timed->finish(status == Status::NotAllowed                                   ? 405
                    : status == Status::NotFound && !router_->hasNotFoundHandler() ? 404
                                                                                   : 0);
    } catch (const pistache::HttpError& error) {
      timed->status(error.code());
      fail(*timed);
      throw;
    } catch (...) {
      fail(*timed);
      throw;
    }
  }
  void onDisconnection(const std::shared_ptr<::Pistache::Tcp::Peer>& peer) override { router_->disconnectPeer(peer); }

 private:
  static void fail(HttpRequest& timed) noexcept {
    pistache_request.reset();
    timed.fail();
  }

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
    ScrapeResponse scraped = scrape(registry, detail::pistache_header(request, "Accept"),
                                    detail::pistache_header(request, "Accept-Encoding"), query.substr(!query.empty()));
    detail::add_header(writer, "Content-Type", scraped.content_type);
    if (!scraped.content_encoding.empty()) detail::add_header(writer, "Content-Encoding", scraped.content_encoding);
    writer.send(static_cast<::Pistache::Http::Code>(scraped.status), scraped.body);
    return ::Pistache::Rest::Route::Result::Ok;
  });
}

}  // namespace vitals
