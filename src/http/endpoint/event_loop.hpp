#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "http/endpoint/descriptor.hpp"

struct ssl_ctx_st;  // SSL_CTX of OpenSSL

namespace vitals::detail {

// Calls handlers, one after the other, on the thread that runs it. Keeps Boost.Asio, which takes seconds to compile,
// out of every source but its own.
class EventLoop {
 public:
  class Socket;
  class Timer;
  using Handler = std::function<void()>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Runs until stop(), whatever the handlers throw.
  void run() noexcept;
  /// From any thread. The handlers that were not called yet are destroyed with the loop.
  void stop() noexcept;
  /// Calls the handler soon, and never within this call. From any thread. Throws std::bad_alloc.
  void post(Handler handler);

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

// One deadline. Its loop must outlive it, or own it in a handler.
class EventLoop::Timer {
 public:
  explicit Timer(EventLoop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  /// Calls the handler then, unless the timer is set anew, cancelled or destroyed first.
  void set(std::chrono::steady_clock::duration limit, Handler handler);
  void cancel() noexcept;

 private:
  struct Impl;
  const std::shared_ptr<Impl> impl_;
};

// A connection, or a listening socket. Its loop must outlive it, or own it in a handler. Handlers are called with
// whether it failed, as it does when the other side ends it and when close() comes first.
class EventLoop::Socket {
 public:
  using BytesHandler = std::function<void(bool failed, std::size_t bytes)>;

  explicit Socket(EventLoop& loop);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  /// Takes a stream socket. With a context it speaks TLS as a server, once handshake() has succeeded. Throws
  /// std::system_error or std::bad_alloc.
  void open(Descriptor socket, std::shared_ptr<ssl_ctx_st> tls = nullptr);
  /// REQUIRES: it was opened with a context.
  /// `failure`: why it failed, without a word of the client's own; null if it has not.
  void handshake(std::function<void(const std::string* failure)> handler);
  /// The same. Whether the client's first message has begun to come.
  [[nodiscard]] bool has_begun_handshake() noexcept;
  void close() noexcept;
  /// As close(), but the descriptor is another file by now, and stays open.
  void abandon() noexcept;
  [[nodiscard]] int descriptor() noexcept;

  void wait_readable(std::function<void(bool failed)> handler);
  /// At least one byte. The buffer must stay until the handler is called or close() has returned.
  void read(std::span<char> buffer, BytesHandler handler);
  /// At least one byte of the first text and then the second. They must stay until the handler is called or close() has
  /// returned.
  void write(std::string_view first, std::string_view second, BytesHandler handler);
  /// Tells the other side that nothing more comes. With TLS the handler is called when that has said so too, or has
  /// failed to; without, nothing is.
  void shut_down_writing(std::function<void()> handler);
  [[nodiscard]] bool has_tls() const noexcept;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace vitals::detail
