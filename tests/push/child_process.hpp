#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace vitals::test {

/// A program that a test runs. Killed by the destructor, and by the kernel if the test dies. Start it from the main
/// thread: it ends with the thread that started it. Not thread-safe.
class ChildProcess {
 public:
  /// Its output goes to the file.
  ChildProcess(std::vector<std::string> command, const std::string& log);
  ~ChildProcess() { kill(); }
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;

  [[nodiscard]] bool runs();
  void kill();

 private:
  pid_t pid_ = -1;
};

/// A port of 127.0.0.1 that nobody listens at now.
[[nodiscard]] int free_port();
/// Whether somebody accepts connections there.
[[nodiscard]] bool accepts(int port);

}  // namespace vitals::test
