#include "http/endpoint/listeners.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include <vitals/counter.hpp>
#include <vitals/http/endpoint.hpp>

#include "http/endpoint/endpoint_metrics.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAcceptPause{100};
constexpr milliseconds kRenewPause{1'000};

Descriptor open_reserve() { return Descriptor{open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

// accept(2): errors of the connection that was to be accepted, not of the listener.
bool is_of_client(int error) noexcept {
  constexpr int kThese[] = {EAGAIN,    ECONNABORTED, EINTR,        EPROTO,     EPERM,       ENETDOWN, ENOPROTOOPT,
                            EHOSTDOWN, ENONET,       EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ETIMEDOUT};
  return std::ranges::find(kThese, error) != std::end(kThese);
}

}  // namespace

std::vector<Listener> places_of(const EndpointOptions& options) {
  if (options.systemd_sockets) return inherited_listeners();
  std::vector<Listener> places;
  const auto add = [&](const std::string& address, std::uint16_t port, const std::string& unix_socket) {
    places.emplace_back(unix_socket.empty() ? ListenAt{.address = address, .port = port}
                                            : ListenAt{.unix_socket = unix_socket, .mode = options.unix_socket_mode});
  };
  add(options.address, options.port, options.unix_socket);
  for (const auto& more : options.more_addresses) add(more.address, more.port, more.unix_socket);
  return places;
}

Listeners::Listeners(Settings settings) : settings_{std::move(settings)}, reserve_{open_reserve()} {}

// Delegates, so that what was opened before a failure is closed.
Listeners::Listeners(Settings settings, std::vector<Listener> places) : Listeners{std::move(settings)} {
  for (auto& place : places) {
    auto& listening = *all_.emplace_back(
        std::make_unique<Listening>(settings_.loop, std::move(place), settings_.first_slot + all_.size()));
    open(listening);
    if (port_ == 0) port_ = listening.where.port();
    wait_for_client(listening);
  }
}

void Listeners::open(Listening& listening) {
  const auto lock = ForkGuard::without_forks();
  settings_.fork_guard.release(listening.slot);
  if (std::exchange(listening.is_open, false)) {
    listening.where.is_own(listening.socket.descriptor()) ? listening.socket.close() : listening.socket.abandon();
  }
  Descriptor socket = listening.where.open();
  const int fd = socket.get();
  listening.socket.open(std::move(socket));
  settings_.fork_guard.hold(listening.slot, fd);
  listening.is_open = true;
}

void Listeners::close() noexcept {
  closed_ = true;
  for (auto& listening : all_) {
    const auto lock = ForkGuard::without_forks();
    listening->where.remove_file();
    settings_.fork_guard.release(listening->slot);
    listening->socket.close();
  }
}

// One client at a time: what has arrived for those accepted before is read first, so that in a storm of connections a
// whole request is seen as one before its connection can be taken for an incomplete one.
void Listeners::wait_for_client(Listening& listening) {
  listening.socket.wait_readable([this, &listening](bool failed) {
    if (!failed && !closed_) accept(listening);
  });
}

void Listeners::accept(Listening& listening) {
  Accepted accepted;
  int error = 0;
  {
    const auto lock = ForkGuard::without_forks();
    accepted = accept_from(listening.socket.descriptor());
    error = errno;
    settings_.fork_guard.hold(arriving_slot(), accepted.socket.get());
  }
  try {
    if (accepted.socket.get() >= 0) {
      settings_.admit(accepted);
    } else if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
      return out_of_descriptors(listening);
    } else if (!is_of_client(error)) {
      return revive(listening, "died (" + std::generic_category().message(error) + ')');
    }
    wait_for_client(listening);
  } catch (...) {
    pause(listening, kAcceptPause);
  }
  const auto lock = ForkGuard::without_forks();
  settings_.fork_guard.release(arriving_slot());
  accepted.socket = Descriptor{};
}

void Listeners::out_of_descriptors(Listening& listening) {
  settings_.events.tell(EventLog::Kind::OutOfDescriptors, nullptr,
                        "the process has no file descriptor left (raise the limit, ulimit -n)");
  if (settings_.give_descriptor_up()) return wait_for_client(listening);
  settings_.metrics.dropped_descriptors.inc();
  const auto lock = ForkGuard::without_forks();
  reserve_ = Descriptor{};
  (void)accept_from(listening.socket.descriptor());  // the client learns at once that it is turned away
  reserve_ = open_reserve();
  pause(listening, kAcceptPause);
}

void Listeners::pause(Listening& listening, milliseconds time) noexcept try {
  listening.pause.set(time, [this, &listening] {
    if (closed_) return;
    listening.is_open ? wait_for_client(listening) : renew(listening);
  });
} catch (...) {  // no memory: look_after() sees to it
  listening.is_stuck = true;
}

void Listeners::revive(Listening& listening, std::string_view what) {
  settings_.metrics.listener_failures.inc();
  settings_.events.tell(EventLog::Kind::ListenerFailed, nullptr,
                        "the listener at " + listening.where.shown() + ' ' + std::string{what} + "; it is opened anew");
  renew(listening);
}

void Listeners::renew(Listening& listening) noexcept try {
  open(listening);
  wait_for_client(listening);
} catch (...) {
  pause(listening, kRenewPause);
}

void Listeners::look_after() {
  for (auto& listening : all_) {
    if (std::exchange(listening->is_stuck, false)) pause(*listening, kAcceptPause);
    if (listening->is_open && !listening->where.is_own(listening->socket.descriptor()))
      revive(*listening, "was closed by another part of the process");
  }
}

}  // namespace vitals::detail
