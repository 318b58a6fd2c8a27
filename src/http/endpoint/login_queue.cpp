#include "http/endpoint/login_queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>
#include <vector>

#include "core/system/service_thread.hpp"
#include "http/endpoint/recent_peers.hpp"

namespace vitals::detail {

struct LoginQueue::State {
  explicit State(std::shared_ptr<AccessControl> its) : access{std::move(its)} {}

  void run();
  [[nodiscard]] Login take_next();
  [[nodiscard]] Trust trust(const PeerKey& peer, bool is_known) const;
  void note(const PeerKey& peer, bool granted) noexcept;
  [[nodiscard]] std::vector<AccessControl::Message> polled() noexcept;

  const std::shared_ptr<AccessControl> access;

  std::mutex mutex;  // of all that follows
  std::condition_variable changed;
  std::vector<Login> waiting;  // as they came
  RecentPeers failed;          // and have not succeeded since
  RecentPeers failed_networks;
  unsigned int turns = 0;
  std::function<void(std::vector<AccessControl::Message>)> poll;  // empty: it is not asked for
  bool stopping = false;
  bool ended = false;
};

LoginQueue::Trust LoginQueue::State::trust(const PeerKey& peer, bool is_known) const {
  if (is_known) return Trust::Served;
  if (failed.has(peer)) return Trust::Failed;
  return failed_networks.has(neighbourhood(peer)) ? Trust::NeighbourFailed : Trust::Unheard;
}

void LoginQueue::State::note(const PeerKey& peer, bool granted) noexcept {
  if (granted) {
    failed.remove(peer);
    failed_networks.remove(neighbourhood(peer));
  } else {
    failed.add(peer);
    failed_networks.add(neighbourhood(peer));
  }
}

LoginQueue::Login LoginQueue::State::take_next() {
  const bool is_by_rank = ++turns % 4 != 0;
  const auto rank = [&](const Login& one) { return is_by_rank ? trust(one.peer, one.is_known) : Trust::Served; };
  const auto turn = std::ranges::min_element(waiting, {}, rank);  // of equals the first
  Login login = std::move(*turn);
  waiting.erase(turn);
  return login;
}

// What deliver throws is that there is no memory: the deadline of the connection ends it.
template <class Deliver, class... What>
void deliver_to(const Deliver& deliver, What&&... what) noexcept try {
  deliver(std::forward<What>(what)...);
} catch (...) {
}

void LoginQueue::State::run() {
  std::unique_lock lock{mutex};
  while (!stopping) {
    if (const auto deliver = std::exchange(poll, nullptr)) {
      lock.unlock();
      auto messages = polled();
      lock.lock();
      if (!stopping) deliver_to(deliver, std::move(messages));
      continue;
    }
    if (waiting.empty()) {
      changed.wait(lock);
      continue;
    }
    const Login login = take_next();
    if (login.wanted_by.expired()) continue;
    lock.unlock();
    // Another connection may have brought the same meanwhile.
    auto& authenticator = access->authenticator();
    const auto known = authenticator.judge(login.authorization);
    const bool granted = known == Authenticator::Verdict::MustVerify ? authenticator.verify(login.authorization)
                                                                     : known == Authenticator::Verdict::Granted;
    lock.lock();
    note(login.peer, granted);
    if (!stopping) deliver_to(login.deliver, granted);
  }
  ended = true;
  changed.notify_all();
}

std::vector<AccessControl::Message> LoginQueue::State::polled() noexcept try {
  return access->poll();
} catch (...) {  // no memory: the next time
  return {};
}

LoginQueue::LoginQueue(std::shared_ptr<AccessControl> access) : state_{std::make_shared<State>(std::move(access))} {}

void LoginQueue::ensure_thread() {
  if (!thread_.joinable()) thread_ = start_service_thread("vitals-login", [state = state_] { state->run(); });
}

// Connections that ended leave theirs behind, and many may end while one password is computed.
void LoginQueue::add(Login login) {
  ensure_thread();
  const std::lock_guard lock{state_->mutex};
  std::erase_if(state_->waiting, [](const Login& one) { return one.wanted_by.expired(); });
  state_->waiting.push_back(std::move(login));
  state_->changed.notify_all();
}

LoginQueue::Trust LoginQueue::trust(const PeerKey& peer, bool is_known) const {
  const std::lock_guard lock{state_->mutex};
  return state_->trust(peer, is_known);
}

void LoginQueue::poll_files(std::function<void(std::vector<AccessControl::Message>)> deliver) {
  ensure_thread();
  const std::lock_guard lock{state_->mutex};
  state_->poll = std::move(deliver);
  state_->changed.notify_all();
}

void LoginQueue::stop(std::chrono::milliseconds patience) noexcept {
  if (!thread_.joinable()) return;
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  const bool ended = state_->changed.wait_for(lock, patience, [this] { return state_->ended; });
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

}  // namespace vitals::detail
