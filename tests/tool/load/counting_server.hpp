#pragma once
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace vitals::tool {

/// An HTTP server that does nothing but count: it answers each request with a few bytes, and keeps connections alive.
/// As fast as one thread can be, so that what is measured is the client. Joined by the destructor.
class CountingServer {
 public:
  CountingServer();
  ~CountingServer();
  CountingServer(const CountingServer&) = delete;
  CountingServer& operator=(const CountingServer&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Requests that were answered.
  [[nodiscard]] std::uint64_t requests() const { return requests_; }

 private:
  void serve();
  void accept_all();
  [[nodiscard]] bool answer(int connection);

  int listener_ = -1;
  int epoll_ = -1;
  int port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<std::uint64_t> requests_{0};
  std::thread thread_;
};

}  // namespace vitals::tool
