#pragma once

// For servers made with Boost.Beast, of whichever Boost your program uses, 1.74 or later. Beast has no server and no
// router: your loop calls start() and write(), and the routes are those that HttpOptions lists. Not seen: requests that
// Beast's read() refuses (malformed, too large), unless you start one for them.
#include <cstddef>
#include <utility>

#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <vitals/http/detail/beast_message.hpp>
#include <vitals/http/http_metrics.hpp>
#include <vitals/http/scrape.hpp>

namespace vitals {

/// A request begins. Call it when read() returns, so that the wait for it on an idle connection isn't counted; or
/// between read_header() and read(), so that the upload of its body is. Gives no request where the path is excluded.
/// Lifetime: http must outlive the request; so it must outlive an io_context whose handlers hold requests.
template <class Body, class Fields>
[[nodiscard]] HttpRequest start(HttpMetrics& http, const ::boost::beast::http::request<Body, Fields>& message) {
  HttpRequest request = http.start(detail::from_beast(message.method_string()), detail::from_beast(message.target()),
                                   detail::beast_headers(message));
  if (message.chunked()) request.bytes_in(message.payload_size().value_or(0));  // others have a Content-Length
  return request;
}

/// The header of the answer is about to be sent: gives it X-Response-Time, as HttpOptions has it. write() does it.
template <class Body, class Fields>
void stamp(HttpRequest& request, ::boost::beast::http::response<Body, Fields>& response) {
  request.stamp(detail::beast_setter(response));
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
}  // namespace detail

/// Beast's write() of the answer: stamps it, sends it and records the request; with 499 if nothing could be sent.
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
  return ::boost::asio::async_compose<Token, void(detail::BeastError, std::size_t)>(
      [&stream, &response, request = std::move(request)](auto& self, auto... result) mutable {
        if constexpr (sizeof...(result) == 0) {
          stamp(request, response);
          detail::beast_http::async_write(stream, response, std::move(self));
        } else {
          detail::finish_beast(request, response, result...);
          self.complete(result...);
        }
      },
      token, stream);
}

/// What a scraper gets that sent this request: the answer at /metrics.
template <class Body, class Fields>
detail::beast_http::response<detail::beast_http::string_body> scrape(
    Registry& registry, const ::boost::beast::http::request<Body, Fields>& message) {
  const auto query = detail::query_of(detail::from_beast(message.target()));
  ScrapeResponse scraped = scrape(registry, detail::beast_headers(message), query);
  detail::beast_http::response<detail::beast_http::string_body> response;
  response.result(static_cast<unsigned>(scraped.status));
  response.version(message.version());
  response.keep_alive(message.keep_alive());
  scraped.headers(detail::beast_setter(response));
  response.body() = std::move(scraped.body);
  response.prepare_payload();
  if (message.method() == detail::beast_http::verb::head) response.body().clear();
  return response;
}

}  // namespace vitals
