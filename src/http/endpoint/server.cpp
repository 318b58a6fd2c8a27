#include "http/endpoint/server.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <string>
#include <utility>

#include <fcntl.h>

#include <vitals/counter.hpp>
#include <vitals/registry.hpp>

#include "http/endpoint/page_files.hpp"

namespace vitals::detail {
namespace {

constexpr std::chrono::milliseconds kAcceptPause{100};
// A connection that has been sending its answer for less than this is not slow.
constexpr std::chrono::seconds kSlowWriter{1};

bool any(const Connection&) noexcept { return true; }
bool is_writing(const Connection& c) noexcept { return c.phase() == Connection::Phase::Writing; }

std::shared_ptr<LiveState> make_live(const EndpointOptions& options) {
  if (!options.live_page) return nullptr;
  return std::make_shared<LiveState>(options.levels, options.max_history_bytes);
}

Descriptor open_reserve() { return Descriptor{open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

}  // namespace

// The oldest of the phase that is the least worth keeping, of those that the filter admits.
template <class Filter>
bool Server::evict(Filter filter) noexcept {
  using Phase = Connection::Phase;
  const auto slow_since = Connection::Clock::now() - kSlowWriter;
  Connection* victim = nullptr;
  for (const auto& connection : connections_) {
    if (!connection || !filter(*connection)) continue;
    if (connection->phase() == Phase::Gathering && !connection->is_reset()) continue;
    if (connection->phase() == Phase::Writing && connection->since() > slow_since) continue;
    const auto rank = [](const Connection& c) { return std::pair{c.phase(), c.since()}; };
    if (victim == nullptr || rank(*connection) < rank(*victim)) victim = connection.get();
  }
  if (victim == nullptr) return false;
  metrics_.dropped_evicted.inc();
  victim->close();
  return true;
}

template <class Filter>
std::size_t Server::count(Filter filter) const noexcept {
  const auto counts = [&](const auto& connection) { return connection && filter(*connection); };
  return static_cast<std::size_t>(std::ranges::count_if(connections_, counts));
}

Server::Server(Registry& registry, const EndpointOptions& options)
    : options_{options},
      metrics_{registry},
      fork_guard_{options.max_connections + 1},
      reserve_{open_reserve()},
      connections_(options.max_connections),
      scrapes_{loop_,
               gatherer_,
               {options.max_scrapes_in_flight, options.max_response_bytes},
               [this] { return evict(is_writing); }},
      gatherer_{registry, metrics_, make_live(options)} {
  Listener listener = listen_on(options_.address, options_.port);
  port_ = listener.port;
  listener_.open(std::move(listener.socket));
  fork_guard_.hold(options_.max_connections, listener_.descriptor());
  wait_for_client();
  if (options.levels == nullptr) return;
  level_status_.emplace(registry, *options.levels);
  sample_levels();
}

void Server::stop(std::chrono::milliseconds patience) noexcept {
  try {
    loop_.post([this, patience] { begin_stop(patience); });
  } catch (...) {
    loop_.stop();
  }
}

void Server::begin_stop(std::chrono::milliseconds patience) {
  stopping_ = true;
  fork_guard_.release(options_.max_connections);
  listener_.close();
  for (const auto& connection : std::vector{connections_}) {
    if (connection) connection->wind_down();
  }
  if (count(any) == 0) return loop_.stop();
  patience_.set(patience, [this] { close_all(); });
}

void Server::close_all() noexcept {
  for (auto& connection : connections_) {
    if (connection) connection->close();
  }
  loop_.stop();
}

void Server::forget(std::size_t slot) noexcept {
  fork_guard_.release(slot);
  connections_[slot].reset();
  if (stopping_ && count(any) == 0) loop_.stop();
}

// One client at a time: what has arrived for those accepted before is read first, so that in a storm of connections a
// whole request is seen as one before its connection can be taken for an incomplete one.
void Server::wait_for_client() {
  listener_.wait_readable([this](bool failed) {
    if (!failed && !stopping_) accept();
  });
}

void Server::accept() try {
  Accepted accepted = accept_from(listener_.descriptor());
  const int error = errno;
  if (accepted.socket.get() >= 0) {
    admit(std::move(accepted));
  } else if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
    return out_of_descriptors();
  }
  wait_for_client();
} catch (...) {
  pause();
}

void Server::admit(Accepted accepted) {
  if (!make_room(accepted.peer)) return metrics_.dropped_refused.inc();
  const auto slot = static_cast<std::size_t>(std::ranges::find(connections_, nullptr) - connections_.begin());
  const auto connection = std::make_shared<Connection>(*this, slot, accepted.peer);
  const int fd = accepted.socket.get();
  connection->open(std::move(accepted.socket));
  connections_[slot] = connection;
  fork_guard_.hold(slot, fd);
  connection->start();
}

void Server::out_of_descriptors() {
  metrics_.dropped_descriptors.inc();
  if (evict(any)) return wait_for_client();
  reserve_ = Descriptor{};
  (void)accept_from(listener_.descriptor());  // the client learns at once that it is turned away
  reserve_ = open_reserve();
  pause();
}

void Server::pause() {
  pause_.set(kAcceptPause, [this] {
    if (!stopping_) wait_for_client();
  });
}

// On the io thread, since it waits for nobody. Scrapes take samples too, so that one without memory for its timer does
// little harm.
void Server::sample_levels() noexcept try {
  level_status_->sample();
  sampling_.set(level_status_->interval(), [this] { sample_levels(); });
} catch (const std::bad_alloc&) {
}

Response Server::levels_response() {
  return {.content_type = kJson, .body = std::make_shared<const std::string>(level_status_->to_json())};
}

Wanted Server::live_data(std::string_view target) {
  return {.live = std::string{live_target(target)},
          .around = {.levels_json = level_status_ ? level_status_->to_json() : "", .links = links_of(pages())}};
}

bool Server::make_room(const PeerKey& peer) noexcept {
  const auto is_same = [&peer](const Connection& c) { return c.peer() == peer; };
  if (count(is_same) >= options_.max_connections_per_ip) return evict(is_same);
  return count(any) < options_.max_connections || evict(any);
}

}  // namespace vitals::detail
