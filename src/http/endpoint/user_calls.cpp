#include "http/endpoint/user_calls.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "core/system/service_thread.hpp"
#include "core/system/thread_end.hpp"

namespace vitals::detail {
namespace {

constexpr std::size_t kMostWaiting = 256;

}  // namespace

struct UserCalls::State {
  void run() {
    std::unique_lock lock{mutex};
    while (!stopping) {
      if (answers.empty() && waiting.empty()) {
        changed.wait(lock);
        continue;
      }
      Call call;
      if (answers.empty()) {
        call = std::move(waiting.front());
        waiting.pop_front();
      } else {
        auto [answer, wanted_by] = std::move(answers.front());
        answers.pop_front();
        if (wanted_by.expired()) continue;
        call = std::move(answer);
      }
      lock.unlock();
      try {
        call();
      } catch (...) {  // what it throws is ignored
        if (is_thread_end()) {
          lock.lock();
          ended = true;
          changed.notify_all();
          throw;
        }
      }
      call = nullptr;
      lock.lock();
    }
    ended = true;
    changed.notify_all();
  }

  std::mutex mutex;  // of all that follows
  std::condition_variable changed;
  std::deque<std::pair<Call, std::weak_ptr<const void>>> answers;
  std::deque<Call> waiting;
  bool stopping = false;
  bool ended = false;
};

UserCalls::UserCalls() : state_{std::make_shared<State>()} {}

template <class Add>
bool UserCalls::add(Add add_to) noexcept try {
  const std::lock_guard lock{state_->mutex};  // of thread_, too
  if (state_->stopping || !add_to(*state_)) return false;
  if (std::exchange(state_->ended, false)) thread_.detach();
  state_->changed.notify_all();
  if (!thread_.joinable()) thread_ = start_service_thread("vitals-user", [state = state_] { state->run(); });
  return true;
} catch (...) {
  return false;
}

bool UserCalls::post(Call call) noexcept {
  return add([&](State& state) {
    if (state.waiting.size() >= kMostWaiting) return false;
    state.waiting.push_back(std::move(call));
    return true;
  });
}

bool UserCalls::post_answer(Call call, std::weak_ptr<const void> wanted_by) noexcept {
  return add([&](State& state) {
    std::erase_if(state.answers, [](const auto& one) { return one.second.expired(); });
    if (state.answers.size() >= kMostWaiting) return false;
    state.answers.emplace_back(std::move(call), std::move(wanted_by));
    return true;
  });
}

void UserCalls::stop(std::chrono::milliseconds patience) noexcept {
  if (!thread_.joinable()) return;
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->answers.clear();
  state_->waiting.clear();
  state_->changed.notify_all();
  const bool is_self = thread_.get_id() == std::this_thread::get_id();  // a function stops the endpoint that calls it
  const bool ended = !is_self && state_->changed.wait_for(lock, patience, [this] { return state_->ended; });
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

}  // namespace vitals::detail
