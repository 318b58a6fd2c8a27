#pragma once

// For servers made with Qt HttpServer: 6.4, and 6.8 or later (what lies between has other signatures); needs
// <QtHttpServer/QHttpServer>. Sees the answers that handlers return. What bypasses it: handlers that write to a
// responder or return a QFuture, which must take request_of(), or their status counts as `_OTHER`; with 6.4 a
// setMissingHandler() of yours. Can't see: how long the request took to arrive, or its answer to be written; whether
// the client was still there; exceptions, which Qt doesn't survive. Not counted: malformed requests, upgrades to
// WebSocket.
#include <array>
#include <bit>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {
namespace detail {

inline std::string_view qt_method(QHttpServerRequest::Method method) {
  constexpr std::array<std::string_view, 9> kMethods{"GET",     "PUT",   "DELETE",  "POST", "HEAD",
                                                     "OPTIONS", "PATCH", "CONNECT", "TRACE"};
  const auto i = static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(method)));
  return i < kMethods.size() ? kMethods[i] : "_OTHER";
}
inline std::string_view qt_view(const QByteArray& bytes) {
  return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}
inline QByteArray qt_bytes(std::string_view text) { return {text.data(), static_cast<qsizetype>(text.size())}; }

inline void qt_header(QHttpServerResponse& response, std::string_view name, std::string_view value) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
  QHttpHeaders headers = response.headers();
  headers.append(qt_bytes(name), qt_bytes(value));
  response.setHeaders(std::move(headers));
#else
  response.addHeader(qt_bytes(name), qt_bytes(value));
#endif
}

// The request that this thread's server is at. It calls the handler of one after the other.
struct QtRequest {
  HttpRequest request;
  const QHttpServerRequest* of = nullptr;
  unsigned serial = 0;

  // Of a handler that has neither returned an answer nor taken the request.
  void end_untold() noexcept { request.finish(0); }

  void start(QHttpServer& server, HttpMetrics& http, const QHttpServerRequest& from) {
    end_untold();
    QByteArray header;
    request = http.start(qt_method(from.method()), qt_view(from.url().path().toUtf8()), [&](std::string_view name) {
      header = from.value(qt_bytes(name));
      return qt_view(header);
    });
    of = &from;
    const auto look = [this, now = ++serial] {
      if (serial == now) end_untold();
    };
    QMetaObject::invokeMethod(&server, look, Qt::QueuedConnection);
  }
  void answer(const QHttpServerRequest& from, QHttpServerResponse& response) {
    if (of == &from && request) finish(request, response, from.method() == QHttpServerRequest::Method::Head);
  }
  static void finish(HttpRequest& request, QHttpServerResponse& response, bool is_head) {
    request.status(static_cast<int>(response.statusCode()));
    request.stamp([&response](auto name, auto value) { qt_header(response, name, value); });
    if (!is_head) request.bytes_out(static_cast<std::size_t>(response.data().size()));
    request.finish();
  }
};
inline thread_local QtRequest qt_request;

// The first rule of a server's: matches nothing, and so is asked about everything.
struct QtRule final : QHttpServerRouterRule {
  template <class... Rest>
  QtRule(QHttpServer& of, HttpMetrics& by, Rest&&... rest)
      : QHttpServerRouterRule{QStringLiteral("/"), std::forward<Rest>(rest)...}, server{of}, http{by} {}
  bool matches(const QHttpServerRequest& request, QRegularExpressionMatch* /*match*/) const override {
    qt_request.start(server, http, request);
    return false;
  }
  QHttpServer& server;
  HttpMetrics& http;
};

}  // namespace detail

/// The request that a handler is at, to be moved from by one that doesn't return the answer itself.
inline HttpRequest& request_of(const QHttpServerRequest& /*request*/) noexcept { return detail::qt_request.request; }

/// Records such a request with its answer, on any thread, and gives the answer, with the headers of HttpOptions.
[[nodiscard]] inline QHttpServerResponse finish(HttpRequest& request, QHttpServerResponse response) {
  if (request) detail::QtRequest::finish(request, response, false);
  return response;
}

/// Counts and times the requests of the server, from their arrival to the moment when the handler has returned the
/// answer. REQUIRES: called before any route(), in the server's thread. Lifetime: http must outlive the server.
inline void instrument(QHttpServer& server, HttpMetrics& http) {
  QObject::connect(&server, &QObject::destroyed, [] { detail::qt_request.end_untold(); });
  using Handler = QHttpServerResponse (*)();
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
  const auto never = [](const QRegularExpressionMatch&, const QHttpServerRequest&, QHttpServerResponder&) {};
  server.router()->addRule<Handler>(std::make_unique<detail::QtRule>(server, http, &server, never));
  server.addAfterRequestHandler(&server, [](const QHttpServerRequest& request, QHttpServerResponse& response) {
    detail::qt_request.answer(request, response);
  });
#else
  const auto never = [](const QRegularExpressionMatch&, const QHttpServerRequest&, QTcpSocket*) {};
  server.router()->addRule<Handler>(std::make_unique<detail::QtRule>(server, http, never));
  server.afterRequest([](QHttpServerResponse&& response, const QHttpServerRequest& request) {
    detail::qt_request.answer(request, response);
    return std::move(response);
  });
  server.setMissingHandler([](const QHttpServerRequest& request, QHttpServerResponder&& responder) {
    QHttpServerResponse response{QHttpServerResponse::StatusCode::NotFound};
    detail::qt_request.answer(request, response);
    response.write(std::move(responder));
  });
#endif
}

/// Serves the registry on the server itself; `name[]` in the query chooses families.
inline void mount(QHttpServer& server, Registry& registry, const QString& path = QStringLiteral("/metrics")) {
  server.route(path, QHttpServerRequest::Method::Get, [&registry](const QHttpServerRequest& request) {
    const ScrapeResponse scraped =
        scrape(registry, detail::qt_view(request.value("Accept")), detail::qt_view(request.value("Accept-Encoding")),
               detail::qt_view(request.url().query(QUrl::FullyEncoded).toUtf8()));
    QHttpServerResponse response{detail::qt_bytes(scraped.content_type), detail::qt_bytes(scraped.body),
                                 static_cast<QHttpServerResponse::StatusCode>(scraped.status)};
    if (!scraped.content_encoding.empty()) detail::qt_header(response, "Content-Encoding", scraped.content_encoding);
    return response;
  });
}

}  // namespace vitals
