#include "http/endpoint/recent_peers.hpp"

#include <algorithm>
#include <new>

namespace vitals::detail {

void RecentPeers::add(const PeerKey& peer, Clock::time_point now) noexcept try {
  const auto found = peers_.find(peer);
  if (found != peers_.end()) {
    found->second.last = now;
    return;
  }
  if (peers_.size() >= kMost) {
    const auto oldest = std::ranges::min_element(peers_, {}, [](const auto& one) { return one.second.last; });
    if (now - oldest->second.last < kLong) return;
    peers_.erase(oldest);
  }
  peers_.emplace(peer, Times{now, now});
} catch (const std::bad_alloc&) {
}

RecentPeers::Clock::time_point RecentPeers::since(const PeerKey& peer) const noexcept {
  const auto found = peers_.find(peer);
  return found != peers_.end() ? found->second.first : Clock::time_point::max();
}

RecentPeers::Clock::time_point RecentPeers::last(const PeerKey& peer) const noexcept {
  const auto found = peers_.find(peer);
  return found != peers_.end() ? found->second.last : Clock::time_point::max();
}

}  // namespace vitals::detail
