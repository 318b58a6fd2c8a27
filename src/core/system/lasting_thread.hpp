#pragma once

#include <functional>
#include <mutex>
#include <thread>

namespace vitals::detail {

/// A service thread that calls functions of the program. One that ends its thread, by pthread_exit() or
/// pthread_cancel(), can't be stopped: another thread goes on then.
/// Lifetime: join() comes before its end.
class LastingThread {
 public:
  LastingThread() = default;
  LastingThread(const LastingThread&) = delete;
  LastingThread& operator=(const LastingThread&) = delete;

  /// Calls body on a thread, and anew on another one when it was ended. REQUIRES: body has seen to it by then that it
  /// does not call the same function at once again. Throws std::system_error if the first can't be started; without one
  /// that follows there is none.
  void start(const char* name, std::function<void()> body);
  /// Waits until body has returned or was ended, if it was started. Who calls it has told body to return.
  void join();

 private:
  void run();
  void replace() noexcept;

  const char* name_ = nullptr;
  std::function<void()> body_;
  std::mutex mutex_;  // of all that follows
  std::thread thread_;
  bool joining_ = false;
};

}  // namespace vitals::detail
