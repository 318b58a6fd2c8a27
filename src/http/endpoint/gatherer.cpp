#include "http/endpoint/gatherer.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <vitals/histogram.hpp>
#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/exposition.hpp"
#include "core/registry/registry_state.hpp"
#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/gzip.hpp"
#include "http/endpoint/page_files.hpp"
#include "http/endpoint/service_thread.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kVary = "Vary: Accept, Accept-Encoding\r\n";
constexpr std::string_view kVaryGzip = "Vary: Accept, Accept-Encoding\r\nContent-Encoding: gzip\r\n";

}  // namespace

struct Gatherer::State {
  State(Registry& from, EndpointMetrics& own, std::shared_ptr<LiveState> page)
      : registry{Access::state(from).shared_from_this()}, gather_seconds{own.gather_seconds}, live{std::move(page)} {}

  struct Job {
    Wanted wanted;
    Deliver deliver;
  };

  const std::shared_ptr<RegistryState> registry;  // may outlive the Registry, if a callback hangs
  Histogram& gather_seconds;
  const std::shared_ptr<LiveState> live;  // null: no live page
  // Relaxed: a figure to compare with a limit. Shared, since bodies may outlive the rest.
  const std::shared_ptr<std::atomic<std::size_t>> held_bytes = std::make_shared<std::atomic<std::size_t>>(0);

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Job> pending;
  bool stopping = false;
  bool ended = false;

  struct Rendered {
    const Wanted* wanted;  // by the first that asked for it
    int status = 200;
    Body plain = {};
    Body gzip = {};
    bool tried = false;

    [[nodiscard]] bool serves(const Wanted& other) const {
      return body_index(wanted->exposition) == body_index(other.exposition) && wanted->names == other.names &&
             wanted->live == other.live;
    }
  };

  Body hold(std::string text);
  void render(const Wanted& wanted, Rendered& rendered);
  Response answer(const Wanted& wanted, Rendered& rendered);
  void work(const std::vector<Job>& batch);
  void wait(std::unique_lock<std::mutex>& lock);
};

Body Gatherer::State::hold(std::string text) {
  const std::size_t bytes = text.capacity();
  auto owner = std::make_unique<const std::string>(std::move(text));
  held_bytes->fetch_add(bytes, std::memory_order_relaxed);
  return {owner.release(), [bytes, held = held_bytes](const std::string* body) {
            held->fetch_sub(bytes, std::memory_order_relaxed);
            delete body;
          }};
}

void Gatherer::State::render(const Wanted& wanted, Rendered& rendered) {
  std::string text;
  if (wanted.live.empty()) {
    expose(*registry, wanted.exposition, text, wanted.names);
  } else {
    auto answer = live->answer(wanted.live, wanted.around);
    rendered.status = answer.status;
    text = std::move(answer.json);
  }
  rendered.plain = hold(std::move(text));
}

Response Gatherer::State::answer(const Wanted& wanted, Rendered& rendered) try {
  if (!rendered.plain) render(wanted, rendered);
  Response response{.status = rendered.status,
                    .content_type = wanted.live.empty() ? content_type(wanted.exposition) : kJson,
                    .more_headers = kVary,
                    .body = rendered.plain};
  if (!wanted.gzip || rendered.plain->size() < kMinBytesToCompress) return response;
  if (!std::exchange(rendered.tried, true)) {
    if (auto compressed = gzip(*rendered.plain)) rendered.gzip = hold(std::move(*compressed));
  }
  if (!rendered.gzip) return response;
  response.more_headers = kVaryGzip;
  response.body = rendered.gzip;
  return response;
} catch (...) {  // out of memory
  return error_response(500);
}

// One rendering of each body that is asked for, and one compression, for all jobs.
void Gatherer::State::work(const std::vector<Job>& batch) {
  const auto start = std::chrono::steady_clock::now();
  std::vector<Rendered> rendered;  // as few as scrapes may be under way
  std::vector<Response> answers;
  answers.reserve(batch.size());
  for (const Job& job : batch) {
    const Wanted& wanted = job.wanted;
    auto same = std::find_if(rendered.begin(), rendered.end(), [&](const auto& other) { return other.serves(wanted); });
    if (same == rendered.end()) same = rendered.insert(same, {.wanted = &wanted});
    answers.push_back(answer(wanted, *same));
  }
  if (std::ranges::any_of(batch, [](const Job& job) { return job.wanted.live.empty(); }))
    gather_seconds.observe(std::chrono::steady_clock::now() - start);
  // A body that its scrape has let go of must not count any more: nobody would look again when this thread lets go.
  rendered.clear();

  const std::lock_guard lock{mutex};
  if (stopping) return;
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].deliver(std::move(answers[i]));
}

// Until there is something to do.
void Gatherer::State::wait(std::unique_lock<std::mutex>& lock) {
  if (live == nullptr) return changed.wait(lock);
  const auto due = live->next_sample();
  if (std::chrono::steady_clock::now() < due) {
    changed.wait_until(lock, due);
    return;
  }
  lock.unlock();
  live->sample(*registry);
  lock.lock();
}

Gatherer::Gatherer(Registry& registry, EndpointMetrics& metrics, std::shared_ptr<LiveState> live)
    : state_{std::make_shared<State>(registry, metrics, std::move(live))} {
  thread_ = start_service_thread("vitals-gather", [state = state_] { run(state); });
}

void Gatherer::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock{state->mutex};
  while (!state->stopping) {
    if (state->pending.empty()) {
      state->wait(lock);
      continue;
    }
    std::vector<State::Job> batch = std::exchange(state->pending, {});
    lock.unlock();
    try {
      state->work(batch);
    } catch (...) {  // out of memory: the deadlines of the scrapes that wait end them
    }
    batch.clear();
    lock.lock();
  }
  state->ended = true;
  state->changed.notify_all();
}

void Gatherer::submit(Wanted wanted, Deliver deliver) {
  const std::lock_guard lock{state_->mutex};
  state_->pending.push_back({std::move(wanted), std::move(deliver)});
  state_->changed.notify_all();
}

std::size_t Gatherer::held_bytes() const noexcept { return state_->held_bytes->load(std::memory_order_relaxed); }

void Gatherer::stop(std::chrono::milliseconds patience) noexcept {
  if (!thread_.joinable()) return;
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  const bool is_self = thread_.get_id() == std::this_thread::get_id();  // a callback stops the endpoint that calls it
  const bool ended = !is_self && state_->changed.wait_for(lock, patience, [this] { return state_->ended; });
  lock.unlock();
  ended ? thread_.join() : thread_.detach();
}

}  // namespace vitals::detail
