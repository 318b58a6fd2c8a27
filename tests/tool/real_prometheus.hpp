#pragma once
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool/input/fetch.hpp"
#include "tool/run_tool.hpp"

namespace vitals::tool {

inline bool installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

/// A private Prometheus that scrapes nothing.
class PrometheusServer {
 public:
  PrometheusServer() : port_(free_port()) {
    const auto config = temporary_file("prometheus.yml", "scrape_configs: []\n");
    const auto listen = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
    const auto storage = "--storage.tsdb.path=" + config + ".data";
    const auto file = "--config.file=" + config;
    process_ = ::fork();
    if (process_ == 0) {
      const int null = ::open("/dev/null", O_RDWR);
      ::dup2(null, 1);
      ::dup2(null, 2);
      ::execlp("prometheus", "prometheus", file.c_str(), storage.c_str(), listen.c_str(), nullptr);
      ::_exit(127);
    }
  }
  ~PrometheusServer() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  PrometheusServer(const PrometheusServer&) = delete;
  PrometheusServer& operator=(const PrometheusServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] bool wait_until_ready() const {
    for (int i = 0; i < 600; ++i) {
      try {
        fetch_exposition(url("/-/ready"), std::chrono::seconds(1));
        return true;
      } catch (const FetchError&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
    }
    return false;
  }

 private:
  static int free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    (void)::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
  }

  int port_;
  pid_t process_ = -1;
};

}  // namespace vitals::tool
