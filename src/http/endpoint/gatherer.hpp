#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <vitals/exposition.hpp>

#include "http/endpoint/response.hpp"
#include "http/page/live_state.hpp"

namespace vitals {

class Registry;

namespace detail {

struct EndpointMetrics;

// What a client asks for.
struct Wanted {
  Exposition exposition = {};
  std::vector<std::string> names = {};  // of the families, as detail::expose() takes them; empty: all
  std::string live = {};                // instead: what LiveState answers to this
  LiveState::Surroundings around = {};  // for that
  bool gzip = false;
};

// Renders the registry on a thread of its own, where callbacks may take long, and takes the samples of the live page.
// Requests that come while it is at work share the next rendering and never the running one, so that an answer holds
// all that happened before its request.
class Gatherer {
 public:
  using Deliver = std::function<void(Response)>;

  /// Without a live page if that is null.
  Gatherer(Registry& registry, EndpointMetrics& metrics, std::shared_ptr<LiveState> live = nullptr);
  ~Gatherer() { stop(std::chrono::seconds{1}); }
  Gatherer(const Gatherer&) = delete;
  Gatherer& operator=(const Gatherer&) = delete;

  /// deliver is called on the other thread, under a lock: it must do no more than pass the answer on. Destroyed
  /// uncalled if stop() comes first.
  void submit(Wanted wanted, Deliver deliver);

  /// Bytes of bodies that someone still holds.
  [[nodiscard]] std::size_t held_bytes() const noexcept;

  /// No deliver is called any more. Waits for the thread at most that long: if a callback of the registry hangs, the
  /// thread is left to itself; it holds what it needs of the registry and ends when the callback does.
  void stop(std::chrono::milliseconds patience) noexcept;

 private:
  struct State;

  static void run(const std::shared_ptr<State>& state);

  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace detail
}  // namespace vitals
