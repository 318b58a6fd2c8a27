#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "redis/pool/socket.hpp"

namespace vitals::detail {

// The addresses behind a host, within a deadline: getaddrinfo has none, so a name is looked up by a thread of its own,
// at most one at a time. Whoever runs out of time takes the last known addresses, or none; the look-up goes on and
// serves the next. Numeric addresses need no look-up. Thread-safe.
class Resolver {
 public:
  Resolver(std::string host, int port);
  ~Resolver();

  std::vector<Address> resolve(Deadline deadline);

 private:
  struct Lookup;

  static void look_up(const std::shared_ptr<Lookup>& lookup);

  std::vector<Address> numeric_;
  std::shared_ptr<Lookup> lookup_;  // shared with the thread, which may outlive this
};

}  // namespace vitals::detail
