#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace vitals::test {

/// A request as it came.
struct FakeRequest {
  std::string head;
  std::string body;
  std::chrono::steady_clock::time_point came = std::chrono::steady_clock::now();
};

/// A server of HTTP on a free port of 127.0.0.1 that answers as the test likes, for faults that a Pushgateway can't be
/// made to produce. One thread, which the destructor joins.
class FakeGateway {
 public:
  /// Called with the number of the request, from 0; gives the whole answer, or nothing: then the connection stays open
  /// and silent.
  using Script = std::function<std::optional<std::string>(std::size_t number)>;

  explicit FakeGateway(Script script);
  /// Gives these answers, the last one again and again.
  explicit FakeGateway(std::vector<std::string> answers);
  ~FakeGateway();
  FakeGateway(const FakeGateway&) = delete;
  FakeGateway& operator=(const FakeGateway&) = delete;

  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::vector<FakeRequest> requests() const;

 private:
  void serve();

  Script script_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  std::vector<int> silent_;
  std::thread thread_;
};

/// "HTTP/1.1 <status and reason>", these header lines and the body.
[[nodiscard]] std::string answer(const std::string& status, const std::string& headers = {},
                                 const std::string& body = {});

}  // namespace vitals::test
