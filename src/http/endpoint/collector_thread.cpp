#include "http/endpoint/collector_thread.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "core/system/service_thread.hpp"

namespace vitals::detail {

struct CollectorThread::State {
  State(std::chrono::milliseconds its_limit, std::function<void()> changed)
      : limit{its_limit}, on_change{std::move(changed)} {}

  [[nodiscard]] bool is_done() const { return next == asked.size() && asking == nullptr; }

  const std::chrono::milliseconds limit;
  const std::function<void()> on_change;

  mutable std::mutex mutex;  // of all that follows
  std::condition_variable changed;
  Collectors asked;
  std::size_t next = 0;               // the first of them that was not asked yet
  std::shared_ptr<Collector> asking;  // which is being asked; null: none
  Clock::time_point since;            // for how long
  std::vector<GivenFamilies> given;
  Collectors late;
  Collectors busy;              // given up, and not yet back
  unsigned int generation = 0;  // of the thread that may go on; others end
  bool has_thread = false;      // there is one of that generation
  bool stopping = false;
  bool ended = false;  // the thread of that generation has
};

namespace {

// One call of a collector. Whatever becomes of it is noted when it ends: the callback may end its thread, which nobody
// can stop.
template <class State>
class Call {
 public:
  Call(State& state, std::shared_ptr<Collector> collector, unsigned int generation) noexcept
      : state_{state}, generation_{generation}, given_{.from = std::move(collector)} {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    if (note()) state_.on_change();
  }

  void make() {
    try {
      given_ = RegistryState::ask(given_.from);
    } catch (const std::exception&) {
      given_ = {.from = given_.from, .families = {}, .error = "vitals: no memory for what a collector gives"};
    }
    has_returned_ = true;
  }

 private:
  // False: nobody waits for it any more.
  bool note() noexcept {
    const std::lock_guard lock{state_.mutex};
    if (generation_ != state_.generation) {
      std::erase(state_.busy, given_.from);
      return false;
    }
    if (!has_returned_) {
      given_.error = "vitals: a collector ended the thread that asked it; what it gives is left out";
      state_.has_thread = false;
      ++state_.generation;
    }
    state_.asking = nullptr;
    if (!state_.asked.empty()) state_.given.push_back(std::move(given_));  // there is room
    return true;
  }

  State& state_;
  const unsigned int generation_;
  GivenFamilies given_;
  bool has_returned_ = false;
};

}  // namespace

CollectorThread::CollectorThread(std::chrono::milliseconds limit, std::function<void()> on_change)
    : state_{std::make_shared<State>(limit, std::move(on_change))} {}

CollectorThread::~CollectorThread() { stop(std::chrono::milliseconds{0}); }

void CollectorThread::run(const std::shared_ptr<State>& state, unsigned int generation) {
  std::unique_lock lock{state->mutex};
  while (generation == state->generation && !state->stopping) {
    if (state->next >= state->asked.size()) {
      state->changed.wait(lock);
      continue;
    }
    auto collector = state->asked[state->next++];
    state->asking = collector;
    state->since = Clock::now();
    lock.unlock();
    Call<State>{*state, std::move(collector), generation}.make();
    lock.lock();
  }
  if (generation != state->generation) return;
  state->ended = true;
  state->changed.notify_all();
}

// Without a thread those that were not asked yet are late: the machine has none to give.
void CollectorThread::ensure_thread() {
  const std::lock_guard lock{state_->mutex};
  State& state = *state_;
  if (state.has_thread || state.next == state.asked.size()) return;
  try {
    if (thread_.joinable()) thread_.detach();  // a callback has ended it
    thread_ = start_service_thread("vitals-collect",
                                   [state = state_, generation = state.generation] { run(state, generation); });
    state.has_thread = true;
  } catch (const std::system_error&) {
    for (; state.next < state.asked.size(); ++state.next) state.late.push_back(state.asked[state.next]);
  }
}

void CollectorThread::begin(const Collectors& collectors) {
  {
    const std::lock_guard lock{state_->mutex};
    State& state = *state_;
    state.asked.clear();
    state.given.clear();
    state.late.clear();
    state.next = 0;
    state.late.reserve(collectors.size());
    state.given.reserve(collectors.size());
    state.busy.reserve(state.busy.size() + collectors.size());
    for (const auto& collector : collectors) {
      const bool is_busy = std::ranges::find(state.busy, collector) != state.busy.end();
      (is_busy ? state.late : state.asked).push_back(collector);
    }
    state.changed.notify_all();
  }
  ensure_thread();
}

bool CollectorThread::is_done() const {
  const std::lock_guard lock{state_->mutex};
  return state_->is_done();
}

CollectorThread::Clock::time_point CollectorThread::deadline() const {
  const std::lock_guard lock{state_->mutex};
  return (state_->asking ? state_->since : Clock::now()) + state_->limit;
}

void CollectorThread::give_up_late() {
  bool has_given_up = false;
  {
    const std::lock_guard lock{state_->mutex};
    State& state = *state_;
    if (state.asking && Clock::now() >= state.since + state.limit) {
      state.asking->give_up();
      state.late.push_back(state.asking);
      state.busy.push_back(state.asking);
      state.asking = nullptr;
      state.has_thread = false;
      ++state.generation;
      has_given_up = true;
    }
  }
  if (has_given_up) thread_.detach();
  ensure_thread();
}

void CollectorThread::skip_rest() {
  const std::lock_guard lock{state_->mutex};
  state_->asked.resize(state_->next);
}

void CollectorThread::let_process_end() noexcept {
  const std::lock_guard lock{state_->mutex};
  if (state_->asking) state_->asking->give_up();
}

std::vector<GivenFamilies> CollectorThread::so_far() const {
  const std::lock_guard lock{state_->mutex};
  return state_->given;
}

CollectorThread::Given CollectorThread::end() {
  const std::lock_guard lock{state_->mutex};
  state_->asked.clear();
  state_->next = 0;
  return {std::exchange(state_->given, {}), std::exchange(state_->late, {})};
}

void CollectorThread::stop(std::chrono::milliseconds patience) noexcept {
  if (!thread_.joinable()) return;
  std::unique_lock lock{state_->mutex};
  State& state = *state_;
  state.stopping = true;
  state.changed.notify_all();
  const bool is_self = thread_.get_id() == std::this_thread::get_id();  // a callback stops the endpoint that calls it
  const bool ended =
      !is_self && (!state.has_thread || state.changed.wait_for(lock, patience, [&] { return state.ended; }));
  if (!ended) {
    ++state.generation;  // what it gives belongs to nobody
    if (state.asking && !is_self) state.asking->give_up();
  }
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

}  // namespace vitals::detail
