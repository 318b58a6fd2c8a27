#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <vitals/http/endpoint_functions.hpp>

#include "http/endpoint/peer.hpp"

namespace vitals::detail {

class UserCalls;

// Passes events on to the program's function; of each kind one in ten seconds, with the number of those between; of
// files and certificates all. Where that function hangs, the newest of each kind waits until it returns. For the io
// thread alone.
class EventLog {
 public:
  using Clock = std::chrono::steady_clock;
  using Kind = EndpointEvent::Kind;
  using Function = std::function<void(const EndpointEvent&)>;

  static constexpr std::chrono::seconds kPace{10};

  /// An empty function: nothing is told.
  EventLog(Function function, UserCalls& calls) : function_{std::move(function)}, calls_{calls} {}

  /// `message`: what a client did, or a whole sentence. Never throws: without memory nothing is told.
  void tell(Kind kind, const Peer* client, std::string_view message, Clock::time_point now = Clock::now()) noexcept;
  /// Tells what had to wait for the function, if there is room now. Call it each few seconds.
  void tell_unsent(Clock::time_point now = Clock::now()) noexcept;

 private:
  struct Event {
    std::string client;
    std::string line;
    std::uint64_t number;  // in the order in which they came: what was last is told last
  };
  // Of one kind.
  struct Told {
    Clock::time_point next{};
    std::size_t left_out = 0;
    std::optional<Event> unsent = {};
  };

  const Function function_;
  UserCalls& calls_;
  std::array<Told, static_cast<std::size_t>(Kind::Unprotected) + 1> told_{};
  std::uint64_t number_ = 0;
};

}  // namespace vitals::detail
