#include "server.hpp"

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <unistd.h>

namespace clinic {
namespace {

constexpr std::size_t kMostBody = 64 * 1024;
constexpr int kKeepAliveSeconds = 5;
constexpr int kBacklog = 1024;

sigset_t awaited_signals(const Config& config) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  if (config.ballast_mib != 0) {
    sigaddset(&signals, SIGUSR1);
    sigaddset(&signals, SIGUSR2);
  }
  return signals;
}

void wait_for_end(const Config& config) {
  const sigset_t signals = awaited_signals(config);
  std::vector<char> ballast;
  for (int signal = 0; sigwait(&signals, &signal) == 0;) {
    if (signal == SIGUSR1) {
      ballast.assign(config.ballast_mib * std::size_t{1024 * 1024}, 'x');
    } else if (signal == SIGUSR2) {
      std::vector<char>{}.swap(ballast);
    } else {
      return;
    }
  }
}

}  // namespace

void block_signals(const Config& config) {
  const sigset_t signals = awaited_signals(config);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void configure(httplib::Server& server, const Config& config) {
  server.new_task_queue = [threads = config.threads] { return new httplib::ThreadPool(threads); };
  server.set_keep_alive_max_count(1'000'000);
  server.set_keep_alive_timeout(kKeepAliveSeconds);
  server.set_tcp_nodelay(true);
  server.set_read_timeout(std::chrono::seconds{5});
  server.set_write_timeout(std::chrono::seconds{5});
  server.set_payload_max_length(kMostBody);
}

void bind(httplib::Server& server, const Config& config) {
  int listening_socket = -1;
  server.set_socket_options([&](int socket) {
    // Not httplib's default, SO_REUSEPORT: with that, a second clinic would share the port instead of failing.
    const int yes = 1;
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    listening_socket = socket;
  });
  if (!server.bind_to_port(config.address, config.port)) {
    throw std::runtime_error{"can't listen on " + config.address + ":" + std::to_string(config.port) +
                             "; is something else listening there? CLINIC_PORT chooses another port"};
  }
  // httplib lets 5 connections wait to be accepted; the next ones of a burst would come a second late.
  listen(listening_socket, kBacklog);
}

void serve(httplib::Server& server, const Config& config) {
  std::thread listener{[&] {
    server.listen_after_bind();
    kill(getpid(), SIGTERM);  // if it ended by itself, so does the service
  }};
  while (!server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
  wait_for_end(config);
  server.stop();
  listener.join();
}

}  // namespace clinic
