#pragma once
#include <chrono>
#include <cstdlib>
#include <stdexcept>
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

/// A private Prometheus that scrapes nothing. It has the samples of a text of OpenMetrics with timestamps, if there is
/// one.
class PrometheusServer {
 public:
  explicit PrometheusServer(const std::string& samples = {}) : port_(free_port()) {
    const auto config = temporary_file("prometheus" + std::to_string(port_) + ".yml", "scrape_configs: []\n");
    if (!samples.empty()) {
      const auto file = temporary_file("samples.om", samples);
      const auto command =
          "promtool tsdb create-blocks-from openmetrics " + file + " " + config + ".data >" + file + ".log 2>&1";
      if (std::system(command.c_str()) != 0) throw std::runtime_error(read_text(file + ".log"));
    }
    const auto listen = "--web.listen-address=127.0.0.1:" + std::to_string(port_);
    const auto storage = "--storage.tsdb.path=" + config + ".data";
    const auto file = "--config.file=" + config;
    const auto* const retention = "--storage.tsdb.retention.time=10y";
    process_ = ::fork();
    if (process_ == 0) {
      const int null = ::open("/dev/null", O_RDWR);
      ::dup2(null, 1);
      ::dup2(null, 2);
      ::execlp("prometheus", "prometheus", file.c_str(), storage.c_str(), retention, listen.c_str(), nullptr);
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
