#pragma once

// For servers made with Boost.Beast, of whichever Boost your program uses, 1.74 or later. Beast has no server and no
// router: your loop calls start() and write(), and the routes are those that HttpOptions lists.
// Not seen: requests that Beast's read() refuses (malformed, too large), unless you start one for them.

#include <cstddef>
#include <string_view>
#include <utility>

#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

namespace detail {
namespace beast_http = ::boost::beast::http;
using BeastError = ::boost::beast::error_code;
// Until Boost 1.80 not std::string_view's relative.
inline std::string_view from_beast(::boost::beast::string_view text) noexcept { return {text.data(), text.size()}; }
inline ::boost::beast::string_view to_beast(std::string_view text) noexcept { return {text.data(), text.size()}; }
}  // namespace detail

/// A request begins. Call it when read() returns, so that the wait for it on an idle connection isn't counted; or
/// between read_header() and read(), so that the upload of its body is. Gives no request where the path is excluded.
/// Lifetime: http must outlive the request; so it must outlive an io_context whose handlers hold requests.
template <class Body, class Fields>
[[nodiscard]] HttpRequest start(HttpMetrics& http, const ::boost::beast::http::request<Body, Fields>& message) {
  HttpRequest request =
      http.start(detail::from_beast(message.method_string()), detail::from_beast(message.target()),
                 [&](std::string_view name) { return detail::from_beast(message[detail::to_beast(name)]); });
  if (message.chunked()) request.bytes_in(message.payload_size().value_or(0));  // others have a Content-Length
  return request;
}

/// The header of the answer is about to be sent: gives it X-Response-Time, as HttpOptions has it. write() does it.
template <class Body, class Fields>
void stamp(HttpRequest& request, ::boost::beast::http::response<Body, Fields>& response) {
  request.stamp([&](auto name, auto value) { response.set(detail::to_beast(name), detail::to_beast(value)); });
}

/// The request ends as the writing of its answer did: finished, or broken off. For those who write an answer in parts:
/// stamp(), write_header(), request.status(), the parts with request.bytes_out(), finish().
inline void finish(HttpRequest& request, const ::boost::beast::error_code& error) noexcept {
  if (!error) return request.finish();
  if (error == ::boost::beast::error::timeout) return request.abandon(HttpAbort::Timeout);
  request.abandon(error == ::boost::asio::error::operation_aborted ? HttpAbort::Shutdown : HttpAbort::ClientGone);
}

namespace detail {
template <class Response>
void finish_beast(HttpRequest& request, const Response& response, const BeastError& error, std::size_t bytes) {
  if (bytes > 0) request.status(static_cast<int>(response.result_int()));  // else nothing of it was sent
  if (!error) request.bytes_out(response.payload_size().value_or(0));
  finish(request, error);
}

template <class Stream, class Response>
struct BeastWrite {
  Stream& stream;
  Response& response;
  HttpRequest request;

  template <class Self>
  void operator()(Self& self) {
    stamp(request, response);
    beast_http::async_write(stream, response, std::move(self));
  }
  template <class Self>
  void operator()(Self& self, const BeastError& error, std::size_t bytes) {
    finish_beast(request, response, error, bytes);
    self.complete(error, bytes);
  }
};
}  // namespace detail

/// Beast's write() of the answer to this request: stamps it, sends it and records the request with its status; with
/// 499 if nothing could be sent.
template <class Stream, class Body, class Fields>
std::size_t write(Stream& stream, ::boost::beast::http::response<Body, Fields>& response, HttpRequest request,
                  ::boost::beast::error_code& error) {
  stamp(request, response);
  const std::size_t bytes = detail::beast_http::write(stream, response, error);
  detail::finish_beast(request, response, error, bytes);
  return bytes;
}

/// The same of async_write(), with a completion token of any kind: a callback, use_awaitable, … The request is recorded
/// before it completes; as 499 if its io_context is destroyed meanwhile.
/// REQUIRES: stream and response live until then.
template <class Stream, class Body, class Fields, class Token>
auto async_write(Stream& stream, ::boost::beast::http::response<Body, Fields>& response, HttpRequest request,
                 Token&& token) {
  detail::BeastWrite<Stream, detail::beast_http::response<Body, Fields>> write{stream, response, std::move(request)};
  return ::boost::asio::async_compose<Token, void(detail::BeastError, std::size_t)>(std::move(write), token, stream);
}

/// What a scraper gets that sent this request: the answer at /metrics.
template <class Body, class Fields>
detail::beast_http::response<detail::beast_http::string_body> scrape(
    Registry& registry, const ::boost::beast::http::request<Body, Fields>& message) {
  using Field = detail::beast_http::field;
  const std::string_view target = detail::from_beast(message.target());
  const std::size_t mark = target.find('?');
  ScrapeResponse scraped =
      scrape(registry, detail::from_beast(message[Field::accept]), detail::from_beast(message[Field::accept_encoding]),
             mark == target.npos ? std::string_view{} : target.substr(mark + 1));
  detail::beast_http::response<detail::beast_http::string_body> response;
  response.result(static_cast<unsigned>(scraped.status));
  response.version(message.version());
  response.keep_alive(message.keep_alive());
  response.set(Field::content_type, scraped.content_type);
  if (!scraped.content_encoding.empty()) response.set(Field::content_encoding, scraped.content_encoding);
  response.body() = std::move(scraped.body);
  response.prepare_payload();
  if (message.method() == detail::beast_http::verb::head) response.body().clear();
  return response;
}

}  // namespace vitals
