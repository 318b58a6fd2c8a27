#pragma once

#include <chrono>
#include <cstddef>
#include <map>

#include "http/endpoint/peer.hpp"

namespace vitals::detail {

/// The addresses that something happens to now and then. When there are as many as there may be, a new one takes the
/// place of one that it has not happened to for long; if there is none, the new one is left out: so none that goes on
/// is driven out by a crowd.
/// Not thread-safe. Cost: O(log n), of add() O(n) for a new one once there are as many as there may be.
class RecentPeers {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::size_t kMost = 1024;
  static constexpr std::chrono::minutes kLong{15};

  /// Without memory for it nothing is added.
  void add(const PeerKey& peer, Clock::time_point now = Clock::now()) noexcept;
  void remove(const PeerKey& peer) noexcept { peers_.erase(peer); }
  [[nodiscard]] bool has(const PeerKey& peer) const noexcept { return peers_.contains(peer); }
  /// Since when it is there; the end of time: it is not.
  [[nodiscard]] Clock::time_point since(const PeerKey& peer) const noexcept;
  /// When it was added last; the end of time: it is not there.
  [[nodiscard]] Clock::time_point last(const PeerKey& peer) const noexcept;

 private:
  struct Times {
    Clock::time_point first;
    Clock::time_point last;
  };

  std::map<PeerKey, Times> peers_;
};

}  // namespace vitals::detail
