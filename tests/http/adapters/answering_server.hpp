#pragma once

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <httplib.h>

#include "http/http_client.hpp"

namespace vitals::testing {

/// A server that answers "/<status>" with that status, other paths with 200, and each with the request's method, its
/// header X-Sent and its body. "/wait" takes until the server's end.
class AnsweringServer {
 public:
  AnsweringServer() {
    const auto answer = [this](const httplib::Request& request, httplib::Response& response) {
      const bool waits = request.path == "/wait";
      EXPECT_TRUE(!waits || eventually([this] { return is_ending_.load(); }));
      const int status = std::atoi(request.path.c_str() + 1);
      response.status = status > 0 ? status : 200;
      response.set_content(request.method + request.get_header_value("X-Sent") + request.body, "text/plain");
    };
    server_.Get(".*", answer).Post(".*", answer).Put(".*", answer).Patch(".*", answer);
    server_.Delete(".*", answer).Options(".*", answer);
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread{[this] { server_.listen_after_bind(); }};
    EXPECT_TRUE(eventually([this] { return server_.is_running(); }));
  }
  ~AnsweringServer() {
    is_ending_ = true;
    server_.stop();
    thread_.join();
  }
  AnsweringServer(const AnsweringServer&) = delete;
  AnsweringServer& operator=(const AnsweringServer&) = delete;

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }

 private:
  httplib::Server server_;
  std::atomic<bool> is_ending_{false};
  int port_ = 0;
  std::thread thread_;
};

}  // namespace vitals::testing
