#include "http/endpoint/server.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <boost/asio/post.hpp>
#include <fcntl.h>

namespace vitals::detail {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

constexpr std::chrono::milliseconds kAcceptPause{100};
// A connection that has been sending its answer for less than this is not slow.
constexpr std::chrono::seconds kSlowWriter{1};

bool any(const Connection&) noexcept { return true; }

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
      gatherer_{registry, metrics_} {
  Listener listener = listen_on(options_.address, options_.port);
  port_ = listener.port;
  if (listener.is_v6) protocol_ = asio::ip::tcp::v6();
  acceptor_.assign(protocol_, listener.socket.get());
  fork_guard_.hold(options_.max_connections, listener.socket.release());
  acceptor_.native_non_blocking(true);
  wait_for_client();
}

void Server::run() noexcept {
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (...) {  // out of memory in a handler: the deadline of its connection ends it
    }
  }
}

void Server::stop(std::chrono::milliseconds patience) noexcept {
  try {
    asio::post(io_, [this, patience] { begin_stop(patience); });
  } catch (...) {
    io_.stop();
  }
}

void Server::begin_stop(std::chrono::milliseconds patience) {
  stopping_ = true;
  fork_guard_.release(options_.max_connections);
  Error ignored;
  acceptor_.close(ignored);
  for (const auto& connection : std::vector{connections_}) {
    if (connection) connection->wind_down();
  }
  if (count(any) == 0) return io_.stop();
  patience_.expires_after(patience);
  patience_.async_wait([this](const Error&) { close_all(); });
}

void Server::close_all() noexcept {
  for (auto& connection : connections_) {
    if (connection) connection->close();
  }
  io_.stop();
}

void Server::forget(std::size_t slot) noexcept {
  fork_guard_.release(slot);
  connections_[slot].reset();
  if (stopping_ && count(any) == 0) io_.stop();
}

// One client at a time: what has arrived for those accepted before is read first, so that in a storm of connections a
// whole request is seen as one before its connection can be taken for an incomplete one.
void Server::wait_for_client() {
  acceptor_.async_wait(asio::ip::tcp::acceptor::wait_read, [this](const Error& error) {
    if (!error && !stopping_) accept();
  });
}

void Server::accept() try {
  Accepted accepted = accept_from(acceptor_.native_handle());
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
  asio::ip::tcp::socket socket{io_, protocol_, accepted.socket.get()};
  const int fd = accepted.socket.release();
  connections_[slot] = std::make_shared<Connection>(*this, slot, std::move(socket), accepted.peer);
  fork_guard_.hold(slot, fd);
  connections_[slot]->start();
}

void Server::out_of_descriptors() {
  metrics_.dropped_descriptors.inc();
  if (evict(any)) return wait_for_client();
  reserve_ = Descriptor{};
  (void)accept_from(acceptor_.native_handle());  // the client learns at once that it is turned away
  reserve_ = open_reserve();
  pause();
}

void Server::pause() {
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([this](const Error& error) {
    if (!error && !stopping_) wait_for_client();
  });
}

bool Server::make_room(const PeerKey& peer) noexcept {
  const auto is_same = [&peer](const Connection& c) { return c.peer() == peer; };
  if (count(is_same) >= options_.max_connections_per_ip) return evict(is_same);
  return count(any) < options_.max_connections || evict(any);
}

void Server::want_place(Connection& connection) {
  waiting_.push_back(&connection);
  give_places();
}

void Server::forgo_place(const Connection& connection) noexcept { std::erase(waiting_, &connection); }

void Server::give_places_soon() noexcept try {
  if (!waiting_.empty()) asio::post(io_, [this] { give_places(); });
} catch (...) {  // out of memory: those who wait have their deadlines
}

void Server::give_places() {
  const auto is_full = [this] { return gatherer_.held_bytes() > options_.max_response_bytes; };
  const auto is_writing = [](const Connection& c) { return c.phase() == Connection::Phase::Writing; };
  while (!waiting_.empty() && in_flight_->load(std::memory_order_relaxed) < options_.max_scrapes_in_flight) {
    if (is_full() && !evict(is_writing)) return;
    if (is_full()) continue;
    Connection& next = *waiting_.front();
    waiting_.pop_front();
    if (next.is_reset()) {
      next.close();
      continue;
    }
    in_flight_->fetch_add(1, std::memory_order_relaxed);
    next.gather({in_flight_.get(), [count = in_flight_](void*) { count->fetch_sub(1, std::memory_order_relaxed); }});
  }
}

}  // namespace vitals::detail
