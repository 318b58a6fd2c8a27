#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>

namespace vitals::detail {

// Calls functions of the program, one after the other, on a thread of their own: they may take long, throw or hang.
// Those for which a client waits go first. Thread-safe, but for stop(), which comes last.
class UserCalls {
 public:
  using Call = std::function<void()>;

  UserCalls();
  ~UserCalls() { stop(std::chrono::milliseconds{0}); }
  UserCalls(const UserCalls&) = delete;
  UserCalls& operator=(const UserCalls&) = delete;

  /// False: too many wait, or there is no memory or thread for it; it is not called. What it throws is ignored.
  bool post(Call call) noexcept;
  /// The same for an answer to a client, which is not called any more when `wanted_by` has ended.
  bool post_answer(Call call, std::weak_ptr<const void> wanted_by) noexcept;
  /// Waits at most that long for a call that is under way, and leaves the thread to it then; no other is called.
  void stop(std::chrono::milliseconds patience) noexcept;

 private:
  struct State;

  template <class Add>
  bool add(Add add_to) noexcept;

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace vitals::detail
