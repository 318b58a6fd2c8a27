#pragma once

// For calls by Boost.Beast, of whichever Boost your program uses, 1.74 or later. Beast has no client: your code
// connects, and exchange() writes the request and reads the answer. Can't see: names that are looked up and connections
// that are made before start().
#include <cstddef>
#include <utility>

#include <boost/asio/compose.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>

#include <vitals/http/detail/beast_message.hpp>
#include <vitals/http/http_client_metrics.hpp>

namespace vitals {

/// The call of this message begins; its host is that of the header Host. Before connecting, if that is to count: what
/// throws or returns from there on ends the call as `_failed`.
template <class Body, class Fields>
[[nodiscard]] HttpClientRequest start(HttpClientMetrics& client,
                                      const ::boost::beast::http::request<Body, Fields>& message) {
  return client.start(detail::from_beast(message.method_string()),
                      detail::from_beast(message[::boost::beast::http::field::host]),
                      detail::from_beast(message.target()));
}

/// Writes the message and reads its answer, which ends the call: with the answer's status, or, if there is an error, as
/// `_failed`. Whoever writes and reads in parts calls HttpClientRequest::finish() himself.
template <class Stream, class Body, class Fields, class Buffer, class AnswerBody, class AnswerFields>
void exchange(HttpClientRequest call, Stream& stream, ::boost::beast::http::request<Body, Fields>& message,
              Buffer& buffer, ::boost::beast::http::response<AnswerBody, AnswerFields>& answer,
              ::boost::beast::error_code& error) {
  ::boost::beast::http::write(stream, message, error);
  if (!error) ::boost::beast::http::read(stream, buffer, answer, error);
  if (!error) call.finish(static_cast<int>(answer.result_int()));
}

namespace detail {

template <class Stream, class Message, class Buffer, class Answer>
struct BeastExchange {
  Stream& stream;
  Message& message;
  Buffer& buffer;
  Answer& answer;
  HttpClientRequest call;
  enum class Step { Write, Read, Done } step = Step::Write;

  template <class Self>
  void operator()(Self& self, ::boost::beast::error_code error = {}, std::size_t /*bytes*/ = 0) {
    if (!error && step == Step::Write) {
      step = Step::Read;
      return ::boost::beast::http::async_write(stream, message, std::move(self));
    }
    if (!error && step == Step::Read) {
      step = Step::Done;
      return ::boost::beast::http::async_read(stream, buffer, answer, std::move(self));
    }
    error ? call.fail() : call.finish(static_cast<int>(answer.result_int()));
    self.complete(error);
  }
};

}  // namespace detail

/// The same with a completion token of any kind, for void(error_code): a callback, use_future, use_awaitable, … The
/// call is recorded before that completes; as `_failed` if the io_context is destroyed meanwhile, which the
/// HttpClientMetrics must outlive. REQUIRES: all but the call live until then.
template <class Stream, class Body, class Fields, class Buffer, class AnswerBody, class AnswerFields, class Token>
auto async_exchange(HttpClientRequest call, Stream& stream, ::boost::beast::http::request<Body, Fields>& message,
                    Buffer& buffer, ::boost::beast::http::response<AnswerBody, AnswerFields>& answer, Token&& token) {
  using Exchange = detail::BeastExchange<Stream, ::boost::beast::http::request<Body, Fields>, Buffer,
                                         ::boost::beast::http::response<AnswerBody, AnswerFields>>;
  return ::boost::asio::async_compose<Token, void(::boost::beast::error_code)>(
      Exchange{stream, message, buffer, answer, std::move(call)}, token, stream);
}

}  // namespace vitals
