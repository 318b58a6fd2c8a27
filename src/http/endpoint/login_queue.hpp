#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "http/access/access_control.hpp"
#include "http/endpoint/peer.hpp"

namespace vitals::detail {

// Verifies passwords, which takes long by design, one after the other on a thread of its own, those of the most trusted
// addresses first. Each fourth is the one that has waited the longest.
// Looks at the files of the access control there, too, whose file system may hang.
class LoginQueue {
 public:
  /// Of an address, the better first. Who guesses from many addresses has them of few networks.
  enum class Trust : std::uint8_t {
    Served,           ///< lately
    Unheard,          ///< neither it nor another of its network has failed
    NeighbourFailed,  ///< another of its network has
    Failed,           ///< and has not succeeded since
  };

  struct Login {
    PeerKey peer;
    bool is_known;  // the address was served lately
    std::string authorization;
    /// Called on that thread, under a lock: it must do no more than pass the verdict on. Destroyed uncalled if stop()
    /// comes first.
    std::function<void(bool granted)> deliver;
    std::weak_ptr<const void> wanted_by;  // once it has ended, so has the login
  };

  explicit LoginQueue(std::shared_ptr<AccessControl> access);
  ~LoginQueue() { stop(std::chrono::milliseconds{0}); }
  LoginQueue(const LoginQueue&) = delete;
  LoginQueue& operator=(const LoginQueue&) = delete;

  /// Throws std::system_error if its thread can't be started, or std::bad_alloc.
  void add(Login login);
  /// From any thread.
  [[nodiscard]] Trust trust(const PeerKey& peer, bool is_known) const;
  /// Calls AccessControl::poll() and delivers what it gives, as a login does. Throws as add().
  void poll_files(std::function<void(std::vector<AccessControl::Message>)> deliver);
  /// No deliver is called any more. Waits for the password that is being computed at most that long.
  void stop(std::chrono::milliseconds patience) noexcept;

 private:
  struct State;

  void ensure_thread();

  const std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace vitals::detail
