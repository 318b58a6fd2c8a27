#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "http/endpoint/peer.hpp"

namespace vitals::detail {

/// How little a connection is worth keeping: the first of these makes room first, but see admit(). What counts is
/// progress: whoever holds a place without making any goes before whoever does.
enum class Worth : std::uint8_t {
  Reset,    ///< by its client
  Leaving,  ///< has its last answer
  Stuck,    ///< a reader that took no byte for long, or that has sent further requests meanwhile
  Slow,     ///< a reader that took no byte for a while
  Head,     ///< a piece of a request, which scrapers send in one; a handshake that is slow; a wrong login, or one more
  Silent,   ///< nothing yet, for a while
  Doubted,  ///< its password is being verified, and others of its network have sent wrong ones
  LoggingIn,    ///< its password is being verified
  NewlySilent,  ///< nothing yet
  Greeted,      ///< nothing yet since it has shaken hands for TLS
  Greeting,     ///< shakes hands
  Idle,         ///< between two requests
  Calling,      ///< waits for a function of the program
  Reading,      ///< takes its answer
  Unread,       ///< bytes have arrived that were not read yet: perhaps a request
  Gathering,    ///< waits for the registry, which is not its doing
};

/// A reader that has taken no byte for so long is slow or stuck (but see worth_of_reader()), a handshake that has taken
/// so long is slow; a client that has sent no byte for so long is silent.
inline constexpr std::chrono::milliseconds kSlowAfter{250};
inline constexpr std::chrono::milliseconds kStuckAfter{1'000};
inline constexpr std::chrono::milliseconds kSilentAfter{100};

/// Reading, Slow or Stuck: of one that has taken no byte for so long, and so many before. Each 4 KiB of these earn a
/// millisecond, up to a second: on a machine that has too much to do a client halts, too, that reads as it should.
[[nodiscard]] Worth worth_of_reader(std::chrono::nanoseconds without_progress, std::size_t taken) noexcept;

struct Standing {
  PeerKey peer{};
  Worth worth{};
  std::chrono::steady_clock::time_point since{};  // the older goes first
  // Since when its address is served; the end of time: it was not.
  std::chrono::steady_clock::time_point known_since = std::chrono::steady_clock::time_point::max();

  [[nodiscard]] bool is_known() const noexcept { return known_since != decltype(known_since)::max(); }
};

struct Newcomer {
  PeerKey peer{};
  std::chrono::steady_clock::time_point known_since = std::chrono::steady_clock::time_point::max();
};

/// How many connections there may be that don't gather: a callback that takes long must not use up the places. With
/// those that do there may be twice as many.
struct ConnectionLimits {
  std::size_t all;
  std::size_t per_peer;

  [[nodiscard]] std::size_t with_gathering() const noexcept { return 2 * all; }
};

struct Admission {
  bool admitted = false;
  std::optional<std::size_t> victim = {};  // the index of the connection that makes room
};

/// Whether a client may come in beside these connections (nothing: a free slot), and which of them must go for that: of
/// the same address if it has reached its limit; else, if all places are taken, of the address that has the most, where
/// up to a quarter of the limit counts as the same, and up to half of it for a senior: an address that was served
/// before, of those with more than half of all places the earlier ones. Then one of a senior stays longer than those of
/// others, unless it makes no progress or idles. Of what is left the least worth goes; of those that do go on
/// (LoggingIn to Calling) one of the kind of which there are the most. One that gathers goes only where there are twice
/// as many connections as places, and its address has more than its limit, or was served for a shorter time than that
/// of the newcomer. One of a senior that goes on stays even then, if the newcomer was served for a shorter time. Cost:
/// O(n log n).
[[nodiscard]] Admission admit(const Newcomer& newcomer, std::span<const std::optional<Standing>> connections,
                              const ConnectionLimits& limits);

}  // namespace vitals::detail
