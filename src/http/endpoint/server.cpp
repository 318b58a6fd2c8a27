#include "http/endpoint/server.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include <poll.h>

#include <vitals/counter.hpp>
#include <vitals/gauge.hpp>
#include <vitals/http/scrape.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"
#include "http/endpoint/accept_list.hpp"
#include "http/endpoint/own_pages.hpp"
#include "http/endpoint/page_files.hpp"

namespace vitals::detail {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFilesPeriod{1'000};
constexpr milliseconds kListenersPeriod{5'000};
constexpr std::size_t kLeaving = 16;  // connections that are told that there is no place for them

std::vector<std::string> paths_of(const std::vector<EndpointRegistry>& registries) {
  std::vector<std::string> paths;
  for (const auto& one : registries) paths.push_back(one.path);
  return paths;
}

using States = std::vector<std::shared_ptr<RegistryState>>;

std::shared_ptr<RegistryState> state_of(const EndpointRegistry& one) {
  return detail::Access::state(one.registry).shared_from_this();
}

// Each once, though it may be at several paths.
States states_of(const std::vector<EndpointRegistry>& registries) {
  States states;
  for (const auto& one : registries) {
    if (std::ranges::find(states, state_of(one)) == states.end()) states.push_back(state_of(one));
  }
  return states;
}

std::vector<std::size_t> indexes_of(const std::vector<EndpointRegistry>& registries) {
  const States states = states_of(registries);
  std::vector<std::size_t> indexes;
  for (const auto& one : registries)
    indexes.push_back(static_cast<std::size_t>(std::ranges::find(states, state_of(one)) - states.begin()));
  return indexes;
}

std::shared_ptr<LiveState> make_live(const EndpointOptions& options) {
  if (!options.live_page) return nullptr;
  return std::make_shared<LiveState>(options.levels, options.max_history_bytes);
}

ConnectionLimits limits_of(const EndpointOptions& options) {
  return {.all = options.max_connections, .per_peer = options.max_connections_per_ip};
}

AccessOptions access_options(const EndpointOptions& options) {
  return {.tls_certificate = options.tls.certificate,
          .tls_key = options.tls.key,
          .tls_client_ca = options.tls.client_ca,
          .tls_allowed_names = options.tls.allowed_names,
          .users_file = options.users_file,
          .bearer_token_file = options.bearer_token_file,
          .allowed_networks = options.allowed_networks,
          .web_config_file = options.web_config_file};
}

EventLog::Kind event_kind(AccessControl::Message::Kind kind) noexcept {
  switch (kind) {
    case AccessControl::Message::Kind::Taken:
      return EventLog::Kind::FileTaken;
    case AccessControl::Message::Kind::KeptOut:
      return EventLog::Kind::FileKeptOut;
    case AccessControl::Message::Kind::CertificateEnds:
      return EventLog::Kind::CertificateEnds;
    case AccessControl::Message::Kind::Unprotected:
      break;
  }
  return EventLog::Kind::Unprotected;
}

EndpointParts parts_of(const EndpointOptions& options) {
  const bool has_config = !options.web_config_file.empty();
  const bool has_logins = !options.users_file.empty() || !options.bearer_token_file.empty();
  const bool has_tls = !options.tls.certificate.empty();
  return {.has_networks = !options.allowed_networks.empty(),
          .has_tls = has_tls || has_config,
          .has_logins = has_logins || has_config,
          .has_files = has_tls || has_logins || has_config};
}

}  // namespace

Server::Server(const std::vector<EndpointRegistry>& registries, const EndpointOptions& options)
    : options_{options},
      paths_{paths_of(registries)},
      registries_{indexes_of(registries)},
      pages_{pages_of(options_, paths_)},
      private_registry_{options.self_metrics ? nullptr : std::make_unique<Registry>()},
      metrics_{private_registry_ ? *private_registry_ : registries.front().registry, parts_of(options)},
      access_{std::make_shared<AccessControl>(access_options(options))},
      connections_(limits_of(options).with_gathering() + kLeaving),
      events_{options.on_event, calls_},
      logins_{access_},
      budget_{std::make_shared<BodyBudget>(options.max_response_bytes)},
      scrapes_{loop_, gatherer_, budget_, options.max_scrapes_in_flight, [this] { return evict_reader(); }},
      gatherer_{{.registries = states_of(registries),
                 .collector_timeout = options.collector_timeout,
                 .budget = budget_,
                 .live = make_live(options),
                 .on_idle = [this] { on_idle(); },
                 .call = [this](UserCalls::Call call) { (void)calls_.post(std::move(call)); }},
                metrics_} {
  calling_->loop = &loop_;
  auto places = places_of(options_);
  fork_guard_ = std::make_unique<ForkGuard>(connections_.size() + places.size() + 1);
  listeners_.emplace(Listeners::Settings{.loop = loop_,
                                         .fork_guard = *fork_guard_,
                                         .first_slot = connections_.size(),
                                         .metrics = metrics_,
                                         .events = events_,
                                         .admit = [this](Accepted& accepted) { admit(accepted); },
                                         .give_descriptor_up = [this] { return evict_anybody(); }},
                     std::move(places));
  if (parts_of(options_).has_files) metrics_.set_reload_successful(true);
  looking_.set(kFilesPeriod, [this] { look_after(); });
  if (options.levels == nullptr) return;
  level_status_.emplace(registries.front().registry, *options.levels);
  sample_levels();
}

void Server::on_idle() noexcept try {
  loop_.post([this] { scrapes_.look_again(); });
} catch (const std::bad_alloc&) {  // the next scrape looks
}

void Server::stop(milliseconds patience) noexcept {
  try {
    loop_.post([this, patience] { begin_stop(patience); });
  } catch (...) {
    loop_.stop();
  }
}

void Server::begin_stop(milliseconds patience) {
  stopping_ = true;
  listeners_->close();
  try {
    patience_.set(patience, [this] { close_all(); });
    for (const auto& connection : std::vector{connections_}) {
      if (connection) connection->wind_down();
    }
  } catch (...) {  // no memory to be polite
    close_all();
  }
  if (count() == 0) loop_.stop();
}

void Server::close_all() noexcept {
  for (std::size_t slot = 0; slot < connections_.size(); ++slot) {
    const auto connection = connections_[slot];
    if (connection) connection->close();
  }
  loop_.stop();
}

void Server::stop_threads(milliseconds patience) noexcept {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  const auto left = [&] {
    return std::max(std::chrono::duration_cast<milliseconds>(deadline - std::chrono::steady_clock::now()),
                    milliseconds{0});
  };
  {
    const std::lock_guard lock{calling_->mutex};
    calling_->loop = nullptr;
  }
  gatherer_.stop(left());
  logins_.stop(left());
  calls_.stop(left());
}

std::size_t Server::count() const noexcept {
  return static_cast<std::size_t>(
      std::ranges::count_if(connections_, [](const auto& connection) { return connection != nullptr; }));
}

void Server::forget(std::size_t slot) noexcept {
  fork_guard_->release(slot);
  connections_[slot].reset();
  metrics_.connections.set(static_cast<double>(count()));
  if (stopping_ && count() == 0) loop_.stop();
}

// Those that their network or a limit keeps out are closed unread.
void Server::admit(Accepted& accepted) {
  const Peer& peer = accepted.peer;
  if (!peer.is_local && !access_->admits(peer.address)) {
    metrics_.dropped_network.inc();
    return tell(EventLog::Kind::NotAllowed, peer, "is in none of allowed_networks, and was closed");
  }
  if (make_room_for(peer.key())) return seat(accepted).start();
  metrics_.dropped_refused.inc();
  tell(EventLog::Kind::Refused, peer, "was turned away, since all places wait for the registry");
  if (std::ranges::find(connections_, nullptr) != connections_.end()) seat(accepted).turn_away();
}

Connection& Server::seat(Accepted& accepted) {
  const auto free = std::ranges::find(connections_, nullptr);
  const auto slot = static_cast<std::size_t>(free - connections_.begin());
  const auto connection = std::make_shared<Connection>(*this, slot, accepted.peer);
  const int fd = accepted.socket.get();
  {
    const auto lock = ForkGuard::without_forks();
    connection->open(std::move(accepted.socket), access_->tls());
    fork_guard_->hold(slot, fd);
    fork_guard_->release(listeners_->arriving_slot());
  }
  connections_[slot] = connection;
  metrics_.connections.set(static_cast<double>(count()));
  return *connection;
}

bool Server::may_stay(const Connection& connection) noexcept try {
  const auto takes_place = [&](const auto& one) { return one && one.get() != &connection && one->holds_place(); };
  if (static_cast<std::size_t>(std::ranges::count_if(connections_, takes_place)) < options_.max_connections)
    return true;
  auto others = standings();
  const auto own = std::ranges::find_if(connections_, [&](const auto& one) { return one.get() == &connection; });
  others[static_cast<std::size_t>(own - connections_.begin())].reset();
  const PeerKey& peer = connection.peer().key();
  const auto victim = vitals::detail::admit({peer, served_.since(peer)}, others, limits_of(options_)).victim;
  if (!victim) return false;
  const Worth worth = others[*victim]->worth;
  const bool awaits_answer = worth == Worth::Doubted || worth == Worth::LoggingIn || worth >= Worth::Calling;
  if (awaits_answer) return false;
  evict(*victim);
  return true;
} catch (const std::bad_alloc&) {
  return false;
}

bool Server::make_room_for(const PeerKey& peer) {
  const ConnectionLimits limits = limits_of(options_);
  std::size_t own = 0;
  for (const auto& connection : connections_) own += connection && connection->peer().key() == peer ? 1 : 0;
  if (own < limits.per_peer && count() < limits.all) return true;
  const auto admission = vitals::detail::admit({peer, served_.since(peer)}, standings(), limits);
  if (admission.victim) evict(*admission.victim);
  return admission.admitted;
}

std::vector<std::optional<Standing>> Server::standings() {
  std::vector<pollfd> sockets;  // no more than there are descriptors: poll() takes no more
  for (const auto& connection : connections_) {
    if (connection) sockets.push_back({connection->descriptor(), POLLIN | POLLOUT, 0});
  }
  (void)poll(sockets.data(), sockets.size(), 0);
  std::vector<std::optional<Standing>> all(connections_.size());
  const auto now = std::chrono::steady_clock::now();
  auto socket = sockets.begin();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (connections_[i]) all[i] = connections_[i]->standing(now, (socket++)->revents);
  }
  return all;
}

void Server::evict(std::size_t slot) noexcept {
  const auto connection = connections_[slot];
  metrics_.dropped_evicted.inc();
  tell(EventLog::Kind::Evicted, connection->peer(), "was closed to make room for another");
  connection->close();
}

// Whose bytes are needed: the reader that has been stuck the longest. What it took before counts where its address was
// served before: else a few strangers could hold all the bytes for longer.
bool Server::evict_reader() noexcept try {
  const auto all = standings();
  const auto now = std::chrono::steady_clock::now();
  std::optional<std::size_t> victim;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i] || connections_[i]->phase() != Connection::Phase::Writing) continue;
    const bool halts = now - all[i]->since > kSlowAfter && !all[i]->is_known();
    if (all[i]->worth > Worth::Slow && !halts) continue;
    if (!victim || all[i]->since < all[*victim]->since) victim = i;
  }
  if (victim) evict(*victim);
  return victim.has_value();
} catch (const std::bad_alloc&) {
  return false;
}

// For its descriptor: who leaves, else of any address, as if there were no place at all.
bool Server::evict_anybody() {
  const auto all = standings();
  const auto leaves = std::ranges::find_if(all, [](const auto& one) { return one && one->worth == Worth::Leaving; });
  const auto victim =
      leaves != all.end()
          ? std::optional{static_cast<std::size_t>(leaves - all.begin())}
          : vitals::detail::admit({}, all, {.all = 0, .per_peer = options_.max_connections_per_ip}).victim;
  if (victim) evict(*victim);
  return victim.has_value();
}

// What changes without telling: files, and descriptors that others of the process close.
void Server::look_after() noexcept {
  events_.tell_unsent();
  const bool has_files = parts_of(options_).has_files;
  try {
    if (has_files && std::exchange(files_are_taken_, false)) look_at_files();
    listeners_->look_after();
  } catch (...) {  // no memory, or no thread: the next time
    files_are_taken_ = true;
  }
  try {
    if (!stopping_) looking_.set(has_files ? kFilesPeriod : kListenersPeriod, [this] { look_after(); });
  } catch (...) {  // no memory for a timer
  }
}

void Server::look_at_files() {
  logins_.poll_files([this](std::vector<AccessControl::Message> messages) {
    loop_.post([this, messages = std::move(messages)] { take_files(messages); });
  });
}

void Server::take_files(const std::vector<AccessControl::Message>& messages) noexcept try {
  files_are_taken_ = true;
  for (const auto& [kind, text] : messages) {
    if (kind == AccessControl::Message::Kind::Taken) metrics_.reloads_ok.inc();
    if (kind == AccessControl::Message::Kind::KeptOut) metrics_.reloads_failed.inc();
    events_.tell(event_kind(kind), nullptr, text);
  }
  metrics_.set_reload_successful(access_->is_up_to_date());
  if (const auto expires = access_->certificate_expires_at())
    metrics_.set_certificate_expiry(static_cast<double>(expires->time_since_epoch().count()));
} catch (...) {  // no memory: the next time
}

// On the io thread, since it waits for nobody. Scrapes take samples too, so that one without memory for its timer does
// little harm.
void Server::sample_levels() noexcept try {
  level_status_->sample();
  sampling_.set(level_status_->interval(), [this] { sample_levels(); });
} catch (const std::bad_alloc&) {
}

bool Server::allows_host(std::string_view host) const {
  const auto bare = [](std::string_view name) {
    return name.starts_with('[') && name.ends_with(']') ? name.substr(1, name.size() - 2) : name;
  };
  const auto& allowed = options_.allowed_hosts;
  const auto is_it = [&](const std::string& one) { return equals_ignoring_case(bare(one), bare(host)); };
  return allowed.empty() || std::ranges::any_of(allowed, is_it);
}

Response Server::page_response(Page page) const {
  return vitals::detail::page_response(page, ready_.load(std::memory_order_relaxed), pages_);
}

Response Server::levels_response() { return {.content_type = kJson, .body = make_body(level_status_->to_json())}; }

Wanted Server::live_data(std::string_view target) {
  return {.live = std::string{live_target(target)},
          .around = {.levels_json = level_status_ ? level_status_->to_json() : "", .links = links_of(pages_)}};
}

void Server::call(Connection& connection, const Found& found, std::string_view target) {
  if (found.page == Page::Healthy && !options_.health) return connection.answer(page_response(Page::Healthy));
  // A connection may have ended, or wait for another call by then; and the server may have. `this` is used on its loop.
  const auto deliver = [this, loop = std::weak_ptr{calling_}, weak = connection.weak_from_this(),
                        call = connection.wait_for_call(), asked = std::string{path_of(target)}](OwnAnswer answer) {
    const auto living = loop.lock();
    if (!living) return;
    const std::lock_guard lock{living->mutex};
    if (living->loop == nullptr) return;
    living->loop->post([this, weak, call, asked, answer = std::move(answer)] {
      if (const auto waiting = weak.lock()) waiting->on_call(call, answer.response);
      if (!answer.fault.empty()) tell_page_fault(asked, answer.fault);
    });
  };
  const auto health = [function = options_.health, deliver] { deliver(health_response(function)); };
  const auto page = [&] {
    return [function = own_page(options_, found), query = std::string{query_of(target)}, budget = budget_, deliver] {
      deliver(own_response(function, query, budget));
    };
  };
  const bool posted = found.page == Page::Healthy ? calls_.post_answer(health, connection.weak_from_this())
                                                  : calls_.post_answer(page(), connection.weak_from_this());
  if (posted) return;
  tell_page_fault(target, "was not called: too many calls wait, or there is no thread or memory for it");
  connection.answer(error_response(503));
}

void Server::report(const Peer& peer, const RequestHead& request, int status, std::size_t bytes,
                    std::chrono::steady_clock::duration took) noexcept try {
  if (status < 400) served_.add(peer.key());
  if (!options_.on_request) return;
  const bool is_page = !request.target.empty() && find(request.target).page != Page::NotFound;
  calls_.post([told = options_.on_request, client = peer.to_text(), is_head = request.is_head,
               is_request = !request.target.empty(), path = is_page ? std::string{path_of(request.target)} : "", status,
               bytes, took] {
    told({.client = client,
          .method = !is_request ? ""
                    : is_head   ? "HEAD"
                                : "GET",
          .path = path,
          .status = status,
          .bytes = bytes,
          .duration = std::chrono::duration_cast<std::chrono::microseconds>(took)});
  });
} catch (const std::bad_alloc&) {
}

}  // namespace vitals::detail
