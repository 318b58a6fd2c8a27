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
#include "http/endpoint/service_thread.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kVary = "Vary: Accept, Accept-Encoding\r\n";
constexpr std::string_view kVaryGzip = "Vary: Accept, Accept-Encoding\r\nContent-Encoding: gzip\r\n";

}  // namespace

struct Gatherer::State {
  State(Registry& from, EndpointMetrics& own)
      : registry{Access::state(from).shared_from_this()}, gather_seconds{own.gather_seconds} {}

  struct Job {
    Exposition exposition;
    std::vector<std::string> names;
    bool gzip;
    Deliver deliver;
  };

  const std::shared_ptr<RegistryState> registry;  // may outlive the Registry, if a callback hangs
  Histogram& gather_seconds;
  // Relaxed: a figure to compare with a limit. Shared, since bodies may outlive the rest.
  const std::shared_ptr<std::atomic<std::size_t>> held_bytes = std::make_shared<std::atomic<std::size_t>>(0);

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<Job> pending;
  bool stopping = false;
  bool ended = false;

  struct Rendered {
    const Job* job;  // the first that asked for it
    Body plain;
    Body gzip;
    bool tried = false;

    [[nodiscard]] bool serves(const Job& other) const {
      return body_index(job->exposition) == body_index(other.exposition) && job->names == other.names;
    }
  };

  Body hold(std::string text);
  Response answer(const Job& job, Rendered& rendered);
  void work(const std::vector<Job>& batch);
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

Response Gatherer::State::answer(const Job& job, Rendered& rendered) try {
  if (!rendered.plain) {
    std::string text;
    expose(*registry, job.exposition, text, job.names);
    rendered.plain = hold(std::move(text));
  }
  Response response{.content_type = content_type(job.exposition), .more_headers = kVary, .body = rendered.plain};
  if (!job.gzip || rendered.plain->size() < kMinBytesToCompress) return response;
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
    auto same = std::find_if(rendered.begin(), rendered.end(), [&](const auto& other) { return other.serves(job); });
    if (same == rendered.end()) same = rendered.insert(same, {.job = &job, .plain = {}, .gzip = {}});
    answers.push_back(answer(job, *same));
  }
  gather_seconds.observe(std::chrono::steady_clock::now() - start);
  // A body that its scrape has let go of must not count any more: nobody would look again when this thread lets go.
  rendered.clear();

  const std::lock_guard lock{mutex};
  if (stopping) return;
  for (std::size_t i = 0; i < batch.size(); ++i) batch[i].deliver(std::move(answers[i]));
}

Gatherer::Gatherer(Registry& registry, EndpointMetrics& metrics) : state_{std::make_shared<State>(registry, metrics)} {
  thread_ = start_service_thread("vitals-gather", [state = state_] { run(state); });
}

void Gatherer::run(const std::shared_ptr<State>& state) {
  std::unique_lock lock{state->mutex};
  while (!state->stopping) {
    if (state->pending.empty()) {
      state->changed.wait(lock);
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

void Gatherer::submit(const Exposition& exposition, std::vector<std::string> names, bool gzip, Deliver deliver) {
  const std::lock_guard lock{state_->mutex};
  state_->pending.push_back({exposition, std::move(names), gzip, std::move(deliver)});
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
