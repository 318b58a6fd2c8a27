#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "http/endpoint/descriptor.hpp"

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

  /// Takes a stream socket. Throws std::system_error or std::bad_alloc.
  void open(Descriptor socket);
  void close() noexcept;
  [[nodiscard]] int descriptor() noexcept;

  void wait_readable(std::function<void(bool failed)> handler);
  /// At least one byte. The buffer must stay until the handler is called or close() has returned.
  void read(std::span<char> buffer, BytesHandler handler);
  /// At least one byte of the first text and then the second. They must stay until the handler is called or close() has
  /// returned.
  void write(std::string_view first, std::string_view second, BytesHandler handler);
  /// Tells the other side that nothing more comes.
  void shut_down_writing() noexcept;

 private:
  struct Impl;
  const std::unique_ptr<Impl> impl_;
};

}  // namespace vitals::detail
