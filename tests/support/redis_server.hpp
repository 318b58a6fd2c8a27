#pragma once

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace vitals::test {

/// A new folder whose name is short enough for a socket in it.
inline std::string temporary_folder(const char* name) {
  const char* const temporary = std::getenv("TMPDIR");
  const bool is_short = temporary != nullptr && std::strlen(temporary) < 70;  // a socket's path has 107 bytes
  std::string folder = std::string{is_short ? temporary : "/tmp"} + '/' + name + ".XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error{"can't make the folder " + folder};
  return folder;
}

/// A private redis-server: a process of its own, on a Unix socket in a new folder and on a free port of 127.0.0.1, with
/// nothing on disk. Ended by the destructor, and by the kernel if the test dies. Not thread-safe. Start it from the
/// main thread: it ends with the thread that started it.
class RedisServer {
 public:
  /// False if redis-server is not installed.
  static bool installed() { return !executable().empty(); }

  /// `settings` are further arguments, such as {"--requirepass", "secret"}. Throws if the server can't be started.
  explicit RedisServer(std::vector<std::string> settings = {}) : settings_{std::move(settings)} {
    folder_ = temporary_folder("vitals-redis");
    for (int attempt = 1;; ++attempt) {
      port_ = free_port();
      if (start()) return;
      if (attempt == 5) throw std::runtime_error{"redis-server does not start: " + log()};
    }
  }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;
  ~RedisServer() {
    kill();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string unix_socket() const { return folder_ + "/redis.sock"; }
  [[nodiscard]] std::string log() const {
    std::ifstream in{folder_ + "/redis.log"};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  /// kill -9: connections break, data is gone. Nothing if it does not run.
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  /// At the same addresses, empty.
  void restart() {
    kill();
    for (int attempt = 0; attempt < 20; ++attempt) {
      if (start()) return;
    }
    throw std::runtime_error{"redis-server does not start again: " + log()};
  }
  /// SIGSTOP: connections are accepted by the kernel, and nothing answers.
  void pause() {
    ::kill(pid_, SIGSTOP);
    int status = 0;
    ::waitpid(pid_, &status, WUNTRACED);
  }
  void resume() { ::kill(pid_, SIGCONT); }

 private:
  static std::string executable() {
    for (const char* path : {"/usr/bin/redis-server", "/usr/local/bin/redis-server"}) {
      if (::access(path, X_OK) == 0) return path;
    }
    return {};
  }

  static int free_port() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error{"no free port"};
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(fd);
    return ntohs(address.sin_port);
  }

  std::vector<std::string> arguments() const {
    std::vector<std::string> arguments{executable(),  "--bind", "127.0.0.1",    "--port",    std::to_string(port_),
                                       "--save",      "",       "--appendonly", "no",        "--unixsocket",
                                       unix_socket(), "--dir",  folder_,        "--logfile", folder_ + "/redis.log",
                                       "--daemonize", "no"};
    arguments.insert(arguments.end(), settings_.begin(), settings_.end());
    return arguments;
  }

  // True once it answers.
  bool start() {
    ::unlink(unix_socket().c_str());
    std::vector<std::string> arguments = this->arguments();
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(127);
      ::execv(argv[0], argv.data());
      ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < deadline && ::waitpid(pid_, nullptr, WNOHANG) == 0) {
      if (answers()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    kill();
    return false;
  }

  [[nodiscard]] bool answers() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = unix_socket();
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    bool answered = false;
    if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
      constexpr std::string_view kPing = "PING\r\n";
      char reply[64] = {};
      // A server with a password answers too.
      answered = ::send(fd, kPing.data(), kPing.size(), MSG_NOSIGNAL) > 0 && ::read(fd, reply, sizeof reply) > 0 &&
                 !std::string_view{reply}.starts_with("-LOADING");
    }
    ::close(fd);
    return answered;
  }

  std::vector<std::string> settings_;
  std::string folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace vitals::test
