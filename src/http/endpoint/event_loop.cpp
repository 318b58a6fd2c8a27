#include "http/endpoint/event_loop.hpp"

#include <array>
#include <cstdint>
#include <utility>

#include "http/endpoint/private_boost.hpp"

// No other source includes Boost.Asio, but for its buffers.
#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
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
  asio::ip::tcp::socket socket;
};

EventLoop::Socket::Socket(EventLoop& loop)
    : impl_{std::make_unique<Impl>(Impl{asio::ip::tcp::socket{loop.impl_->io}})} {}
EventLoop::Socket::~Socket() = default;

void EventLoop::Socket::open(Descriptor socket) {
  impl_->socket.assign(asio::ip::tcp::v4(), socket.get());  // Asio asks for a family, and uses it for nothing done here
  (void)socket.release();
}

void EventLoop::Socket::close() noexcept {
  AsioError ignored;
  impl_->socket.close(ignored);
}

int EventLoop::Socket::descriptor() noexcept { return impl_->socket.native_handle(); }

void EventLoop::Socket::wait_readable(std::function<void(bool failed)> handler) {
  impl_->socket.async_wait(asio::ip::tcp::socket::wait_read, [handler = std::move(handler)](const AsioError& error) {
    handler(static_cast<bool>(error));
  });
}

void EventLoop::Socket::read(std::span<char> buffer, BytesHandler handler) {
  impl_->socket.async_read_some(asio::buffer(buffer.data(), buffer.size()), BytesDone{std::move(handler)});
}

void EventLoop::Socket::write(std::string_view first, std::string_view second, BytesHandler handler) {
  const std::array<asio::const_buffer, 2> both{asio::buffer(first.data(), first.size()),
                                               asio::buffer(second.data(), second.size())};
  impl_->socket.async_write_some(both, BytesDone{std::move(handler)});
}

void EventLoop::Socket::shut_down_writing() noexcept {
  AsioError ignored;
  impl_->socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

}  // namespace vitals::detail
