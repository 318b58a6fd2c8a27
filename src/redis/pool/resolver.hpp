#pragma once

#include <memory>
#include <string>
#include <vector>

#include "redis/pool/socket.hpp"

namespace vitals::detail {

/// Finds the addresses of a host within a deadline. getaddrinfo has no deadline, so a thread of its own looks a name
/// up, at most one at a time. A caller whose time is up gets the last known addresses, or none; the look-up goes on and
/// serves the next caller. Numeric addresses need no look-up. Thread-safe.
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
