#include "http/endpoint/event_loop.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include "http/endpoint/private_boost.hpp"

// No other source includes Boost.Asio, but for its buffers.
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

namespace vitals::detail {
namespace {

namespace asio = boost::asio;
using AsioError = boost::system::error_code;

// One type of handler, so that Asio's templates are compiled once.
struct BytesDone {
  EventLoop::Socket::BytesHandler handler;
  void operator()(const AsioError& error, std::size_t bytes) const { handler(static_cast<bool>(error), bytes); }
};

// In OpenSSL's words. A client chooses among them, and can't add any.
std::string handshake_failure(const AsioError& error, const SSL* tls) {
  if (error == asio::error::eof || error == asio::ssl::error::stream_truncated) return "client closed it";
  if (error.category() != asio::error::get_ssl_category()) return error.message();
  const auto code = static_cast<unsigned int>(error.value());
  const int reason = ERR_GET_REASON(code);
  if (reason == SSL_R_HTTP_REQUEST) return "http request; it must ask with https://";
  if (reason == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE) return "no certificate returned by the client";
  if (reason > SSL_AD_REASON_OFFSET)
    return std::string{SSL_alert_desc_string_long(reason - SSL_AD_REASON_OFFSET)} + " alert from the client";
  const char* const text = ERR_reason_error_string(code);
  std::string why = text != nullptr ? text : "error " + std::to_string(code) + " of OpenSSL";
  if (const auto verified = SSL_get_verify_result(tls); verified != X509_V_OK)
    why.append(", ").append(X509_verify_cert_error_string(verified));
  return why;
}

}  // namespace

struct EventLoop::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
};

EventLoop::EventLoop() : impl_{std::make_unique<Impl>()} {}
EventLoop::~EventLoop() = default;

void EventLoop::run() noexcept {
  while (!impl_->io.stopped()) {
    try {
      impl_->io.run();
    } catch (...) {  // out of memory in a handler: the deadline of its connection ends it
    }
  }
}

void EventLoop::stop() noexcept { impl_->io.stop(); }

void EventLoop::post(Handler handler) { asio::post(impl_->io, std::move(handler)); }

struct EventLoop::Timer::Impl {
  asio::steady_timer timer;
  std::uint64_t serial = 0;  // of the last handler: an earlier one may be on its way when a later one is set
};

EventLoop::Timer::Timer(EventLoop& loop) : impl_{std::make_shared<Impl>(Impl{asio::steady_timer{loop.impl_->io}})} {}
EventLoop::Timer::~Timer() = default;

void EventLoop::Timer::set(std::chrono::steady_clock::duration limit, Handler handler) {
  ++impl_->serial;
  impl_->timer.expires_after(limit);
  impl_->timer.async_wait(
      [weak = std::weak_ptr{impl_}, serial = impl_->serial, handler = std::move(handler)](const AsioError&) {
        const auto self = weak.lock();
        if (self && self->serial == serial) handler();
      });
}

void EventLoop::Timer::cancel() noexcept {
  ++impl_->serial;
  AsioError ignored;
  impl_->timer.cancel(ignored);
}

struct EventLoop::Socket::Impl {
  using Tcp = asio::ip::tcp::socket;
  // Asio's context gives the one reference back that it takes.
  struct Tls {
    Tls(Tcp& socket, std::shared_ptr<ssl_ctx_st> from)
        : keeps{std::move(from)}, context{referenced(keeps.get())}, stream{socket, context} {}

    static SSL_CTX* referenced(SSL_CTX* context) {
      SSL_CTX_up_ref(context);
      return context;
    }

    const std::shared_ptr<ssl_ctx_st> keeps;
    asio::ssl::context context;
    asio::ssl::stream<Tcp&> stream;
  };

  Tcp socket;
  std::optional<Tls> tls;
};

EventLoop::Socket::Socket(EventLoop& loop) : impl_{new Impl{.socket = Impl::Tcp{loop.impl_->io}, .tls = {}}} {}
EventLoop::Socket::~Socket() = default;

void EventLoop::Socket::open(Descriptor socket, std::shared_ptr<ssl_ctx_st> tls) {
  impl_->socket.assign(asio::ip::tcp::v4(), socket.get());  // Asio asks for a family, and uses it for nothing done here
  (void)socket.release();
  if (tls) impl_->tls.emplace(impl_->socket, std::move(tls));
}

void EventLoop::Socket::handshake(std::function<void(const std::string* failure)> handler) {
  SSL* const tls = impl_->tls->stream.native_handle();
  impl_->tls->stream.async_handshake(asio::ssl::stream_base::server,
                                     [this, handler = std::move(handler), tls](const AsioError& error) {
                                       // A client that leaves Nagle's algorithm on sends its request once its last
                                       // message is acknowledged, which nothing of ours does in passing (there are no
                                       // tickets); else it would wait for 40 ms.
                                       const int on = 1;
                                       if (error) {
                                         const std::string failure = handshake_failure(error, tls);
                                         return handler(&failure);
                                       }
                                       (void)setsockopt(descriptor(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
                                       handler(nullptr);
                                     });
}

bool EventLoop::Socket::has_begun_handshake() noexcept {
  return SSL_get_state(impl_->tls->stream.native_handle()) != TLS_ST_BEFORE;
}

void EventLoop::Socket::close() noexcept {
  AsioError ignored;
  impl_->socket.close(ignored);
}

void EventLoop::Socket::abandon() noexcept {
  AsioError ignored;
  (void)impl_->socket.release(ignored);
}

int EventLoop::Socket::descriptor() noexcept { return impl_->socket.native_handle(); }

bool EventLoop::Socket::has_tls() const noexcept { return impl_->tls.has_value(); }

void EventLoop::Socket::wait_readable(std::function<void(bool failed)> handler) {
  impl_->socket.async_wait(asio::ip::tcp::socket::wait_read, [handler = std::move(handler)](const AsioError& error) {
    handler(static_cast<bool>(error));
  });
}

void EventLoop::Socket::read(std::span<char> buffer, BytesHandler handler) {
  const auto into = asio::buffer(buffer.data(), buffer.size());
  if (impl_->tls) return impl_->tls->stream.async_read_some(into, BytesDone{std::move(handler)});
  impl_->socket.async_read_some(into, BytesDone{std::move(handler)});
}

void EventLoop::Socket::write(std::string_view first, std::string_view second, BytesHandler handler) {
  const std::array<asio::const_buffer, 2> both{asio::buffer(first.data(), first.size()),
                                               asio::buffer(second.data(), second.size())};
  if (impl_->tls) return impl_->tls->stream.async_write_some(both, BytesDone{std::move(handler)});
  impl_->socket.async_write_some(both, BytesDone{std::move(handler)});
}

void EventLoop::Socket::shut_down_writing(std::function<void()> handler) {
  if (impl_->tls) {
    impl_->tls->stream.async_shutdown([handler = std::move(handler)](const AsioError&) { handler(); });
    return;
  }
  AsioError ignored;
  impl_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace vitals::detail
