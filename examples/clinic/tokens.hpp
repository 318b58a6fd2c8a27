#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <shared_mutex>
#include <string>
#include <unordered_map>

namespace clinic {

/// Who a bearer token stands for.
struct User {
  int id = 0;
  int workspace_id = 0;
};

/// The bearer tokens given out: in memory, so a restart logs everyone out.
/// Thread-safe. Bounded: a token ends after 12 hours, or when `most` newer ones were given out.
class Tokens {
 public:
  explicit Tokens(std::size_t most = 10'000) : most_{most} {}

  std::string issue(User user);
  [[nodiscard]] std::optional<User> find(const std::string& token) const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Entry {
    User user;
    Clock::time_point expires;
  };

  const std::size_t most_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;
  std::deque<std::string> oldest_first_;
};

}  // namespace clinic
