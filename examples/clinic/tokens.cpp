#include "tokens.hpp"

#include <mutex>

#include "password.hpp"

namespace clinic {

std::string Tokens::issue(User user) {
  std::string token = random_hex(32);
  const Clock::time_point now = Clock::now();
  std::lock_guard lock{mutex_};
  // All live equally long, so the oldest are those that ended.
  while (!oldest_first_.empty() &&
         (entries_.size() >= most_ || entries_.find(oldest_first_.front())->second.expires <= now)) {
    entries_.erase(oldest_first_.front());
    oldest_first_.pop_front();
  }
  entries_.emplace(token, Entry{user, now + std::chrono::hours{12}});
  oldest_first_.push_back(token);
  return token;
}

std::optional<User> Tokens::find(const std::string& token) const {
  std::shared_lock lock{mutex_};
  const auto found = entries_.find(token);
  if (found == entries_.end() || found->second.expires <= Clock::now()) return std::nullopt;
  return found->second.user;
}

}  // namespace clinic
