#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "http/endpoint/descriptor.hpp"
#include "http/endpoint/event_log.hpp"
#include "http/endpoint/event_loop.hpp"
#include "http/endpoint/fork_guard.hpp"
#include "http/endpoint/listener.hpp"

namespace vitals {

struct EndpointOptions;

namespace detail {

struct EndpointMetrics;

/// Where an endpoint listens, by its options. Throws std::system_error if systemd was to give sockets, and gave none.
[[nodiscard]] std::vector<Listener> places_of(const EndpointOptions& options);

// Accepts clients at all places of an endpoint, and opens anew what has died. For the io thread alone.
class Listeners {
 public:
  struct Settings {
    EventLoop& loop;
    ForkGuard& fork_guard;
    std::size_t first_slot;  // of the guard: one for each place, and one behind them for the client that arrives
    EndpointMetrics& metrics;
    EventLog& events;
    std::function<void(Accepted&)> admit;  // takes the socket, or leaves it to be closed
    std::function<bool()> give_descriptor_up;
  };

  /// Listens when it returns. Throws std::system_error that says where it can't, and why.
  Listeners(Settings settings, std::vector<Listener> places);
  ~Listeners() { close(); }
  Listeners(const Listeners&) = delete;
  Listeners& operator=(const Listeners&) = delete;

  /// The first port; 0: there is none.
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::size_t arriving_slot() const noexcept { return settings_.first_slot + all_.size(); }
  /// To be called now and then: others of the process may have closed what is not theirs.
  void look_after();
  void close() noexcept;

 private:
  struct Listening {
    Listening(EventLoop& loop, Listener at, std::size_t its_slot)
        : where{std::move(at)}, socket{loop}, pause{loop}, slot{its_slot} {}

    Listener where;
    EventLoop::Socket socket;
    EventLoop::Timer pause;
    const std::size_t slot;  // of the fork guard
    bool is_open = false;
    bool is_stuck = false;  // without memory to wait for anything
  };

  explicit Listeners(Settings settings);

  void open(Listening& listening);
  void wait_for_client(Listening& listening);
  void accept(Listening& listening);
  void out_of_descriptors(Listening& listening);
  void pause(Listening& listening, std::chrono::milliseconds time) noexcept;
  void revive(Listening& listening, std::string_view what);
  void renew(Listening& listening) noexcept;

  const Settings settings_;
  std::vector<std::unique_ptr<Listening>> all_;
  std::uint16_t port_ = 0;
  Descriptor reserve_;  // given up to turn a client away when the process has no descriptor left
  bool closed_ = false;
};

}  // namespace detail
}  // namespace vitals
