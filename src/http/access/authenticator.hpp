#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/access/bcrypt.hpp"
#include "http/access/users.hpp"

namespace vitals::detail {

/// Judges headers Authorization: logins (Basic, RFC 7617) and a bearer token (RFC 6750).
/// Thread-safe: any member from any thread. judge() is for the I/O thread: it waits for no bcrypt.
/// Cost: judge() about 2 us; verify() one bcrypt, of a user's cost, one after the other.
class Authenticator {
 public:
  struct Settings {
    Users users = {};               ///< without faults, as read_users_file() gives them
    std::string bearer_token = {};  ///< empty: there is none

    bool operator==(const Settings&) const = default;
  };
  enum class Verdict {
    Granted,
    Denied,     ///< answer 401 with challenge()
    MustVerify  ///< a login that only verify() can tell, on another thread
  };

  /// With neither users nor a token everybody may.
  Authenticator() : Authenticator(Settings{}) {}
  explicit Authenticator(Settings settings);
  ~Authenticator();

  /// Of the header's value; empty: there is none. A login that verify() has granted before is Granted. A token takes
  /// the same time whether it is right or wrong.
  [[nodiscard]] Verdict judge(std::string_view authorization) const noexcept;
  /// Whether this header may, by the settings of now. A name that no user has takes as long as one that a user has.
  [[nodiscard]] bool verify(std::string_view authorization) noexcept;

  /// False: the settings are the same. Otherwise the logins that were granted are forgotten.
  bool replace(Settings settings);

  [[nodiscard]] bool is_required() const noexcept;
  /// The value of WWW-Authenticate for a 401. Lives for ever.
  [[nodiscard]] std::string_view challenge() const noexcept;

 private:
  struct State;

  [[nodiscard]] std::shared_ptr<State> state() const noexcept;

  mutable std::mutex mutex_;  // of state_
  std::shared_ptr<State> state_;
  std::mutex computing_;  // of bcrypt_
  Bcrypt bcrypt_;
};

}  // namespace vitals::detail
