#pragma once

// For servers made with Qt HttpServer: 6.4, and 6.8 or later (what lies between has other signatures); needs
// <QtHttpServer/QHttpServer>. Sees the answers that handlers return. What bypasses it: handlers that write to a
// responder or return a QFuture, which must take request_of(), or their status counts as `_OTHER`; with 6.4 a
// setMissingHandler() of yours. Can't see: how long the request took to arrive, or its answer to be written; whether
// the client was still there; exceptions, which Qt doesn't survive. Not counted: malformed requests, upgrades to
// WebSocket.
#include <memory>
#include <utility>

#include <vitals/http/detail/qt_request.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

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
    const auto scraped =
        scrape(registry, detail::QtHeaders{request}, detail::qt_view(request.url().query(QUrl::FullyEncoded).toUtf8()));
    QHttpServerResponse response{detail::qt_bytes(scraped.content_type), detail::qt_bytes(scraped.body),
                                 static_cast<QHttpServerResponse::StatusCode>(scraped.status)};
    if (!scraped.content_encoding.empty()) detail::qt_adder(response)("Content-Encoding", scraped.content_encoding);
    return response;
  });
}

}  // namespace vitals
