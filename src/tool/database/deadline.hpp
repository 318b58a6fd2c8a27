#pragma once
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace vitals::tool {

/// Shuts a socket down once its time has passed, so that whoever waits for an answer gets an error: libpq has a limit
/// for connecting only. The socket must outlive it.
class Deadline {
 public:
  Deadline(int socket, std::chrono::milliseconds timeout);
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;
  ~Deadline();

  /// Whether it did.
  [[nodiscard]] bool passed();

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  bool passed_ = false;
  std::thread thread_;
};

}  // namespace vitals::tool
