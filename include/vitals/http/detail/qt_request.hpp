#pragma once

// Of <vitals/http/qt.hpp>; needs <QtHttpServer/QHttpServer>.
#include <QtHttpServer/QHttpServer>
#include <cstddef>
#include <string_view>
#include <utility>

#include <vitals/http/detail/foreign_text.hpp>
#include <vitals/http/http_metrics.hpp>

namespace vitals::detail {

inline std::string_view qt_view(const QByteArray& bytes) {
  return {bytes.constData(), static_cast<std::size_t>(bytes.size())};
}
inline QByteArray qt_bytes(std::string_view text) { return {text.data(), static_cast<qsizetype>(text.size())}; }

struct QtHeaders {
  const QHttpServerRequest& of;
  mutable QByteArray value = {};
  std::string_view operator()(std::string_view name) const { return qt_view(value = of.value(qt_bytes(name))); }
};
inline auto qt_adder(QHttpServerResponse& response) {
  return [&response](auto name, auto value) {
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    QHttpHeaders headers = response.headers();
    headers.append(qt_bytes(name), qt_bytes(value));
    response.setHeaders(std::move(headers));
#else
    response.addHeader(qt_bytes(name), qt_bytes(value));
#endif
  };
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
    const auto method = name_of(static_cast<unsigned>(from.method()), "GET", "PUT", "DELETE", "POST", "HEAD", "OPTIONS",
                                "PATCH", "CONNECT", "TRACE");
    request = http.start(method, qt_view(from.url().path().toUtf8()), QtHeaders{from});
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
    request.stamp(qt_adder(response));
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

}  // namespace vitals::detail
