#include "http/endpoint/gatherer.hpp"

#include <algorithm>
#include <condition_variable>
#include <iterator>
#include <list>
#include <mutex>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <vitals/counter.hpp>
#include <vitals/histogram.hpp>

#include "core/registry/exposition.hpp"
#include "core/registry/registry_state.hpp"
#include "core/system/service_thread.hpp"
#include "http/endpoint/collector_thread.hpp"
#include "http/endpoint/compressed_store.hpp"
#include "http/endpoint/content_negotiation.hpp"
#include "http/endpoint/endpoint_metrics.hpp"
#include "http/endpoint/page_files.hpp"

namespace vitals::detail {
namespace {

using Clock = CollectorThread::Clock;
using Jobs = std::vector<Gatherer::Job>;

constexpr std::string_view kVary = "Vary: Accept, Accept-Encoding\r\n";
constexpr std::string_view kVaryGzip = "Vary: Accept, Accept-Encoding\r\nContent-Encoding: gzip\r\n";
constexpr std::string_view kVaryZstd = "Vary: Accept, Accept-Encoding\r\nContent-Encoding: zstd\r\n";

std::string_view vary(Encoding encoding) noexcept {
  return encoding == Encoding::Gzip ? kVaryGzip : encoding == Encoding::Zstd ? kVaryZstd : kVary;
}

NameFilter filter_of(const Wanted& wanted) noexcept { return {wanted.names, wanted.exposition.escaping}; }

// One text that several jobs may want, in their encodings.
struct Rendering {
  std::vector<const Gatherer::Job*> jobs;
  std::list<BodyMaker> makers;  // one for each encoding that is wanted
};

}  // namespace

bool Wanted::has_text_of(const Wanted& other) const {
  return registry == other.registry && body_index(exposition) == body_index(other.exposition) && names == other.names &&
         live == other.live;
}

struct Gatherer::State {
  State(Settings its_settings, EndpointMetrics& own, std::function<void()> on_change)
      : settings{std::move(its_settings)},
        gather_seconds{own.gather_seconds},
        timeouts{own.collector_timeouts},
        collectors{settings.collector_timeout, std::move(on_change)} {}

  // What collectors gave for each registry.
  using Accepted = std::vector<std::vector<FamilySnapshot>>;

  // Under the lock.
  [[nodiscard]] bool is_unwanted() const { return under_way != 0 && under_way == given_up; }

  void run();
  void work(const Jobs& batch);
  void sample();
  void serve(const Jobs& hurried);
  void collect(const CollectorThread::Collectors& asked);
  [[nodiscard]] CollectorThread::Collectors collectors_for(const Jobs& batch) const;
  [[nodiscard]] Accepted accept(std::span<GivenFamilies> given, std::vector<std::vector<std::string>>& errors) const;
  [[nodiscard]] Accepted take_given();
  void answer_all(const Jobs& jobs, const Accepted& accepted);
  void answer(Rendering& rendering, const std::vector<FamilySnapshot>& accepted);
  void answer_live(const Job& job);
  void deliver(const Job& job, Response response);

  const Settings settings;
  Histogram& gather_seconds;
  Counter& timeouts;

  mutable std::mutex mutex;  // of all that follows, but for the last
  std::condition_variable changed;
  Jobs pending;
  Jobs hurried;
  bool is_busy = false;
  std::uint64_t submitted = 0;  // the number of the last batch
  std::uint64_t under_way = 0;  // 0: a sample, or nothing
  std::uint64_t given_up = 0;   // the number of the last one that nobody waits for
  bool stopping = false;
  bool ended = false;

  CollectorThread collectors;
};

CollectorThread::Collectors Gatherer::State::collectors_for(const Jobs& batch) const {
  CollectorThread::Collectors all;
  for (std::size_t i = 0; i < settings.registries.size(); ++i) {
    const auto first = all.size();
    for (const Job& job : batch) {
      if (job.wanted.registry != i) continue;
      for (auto& collector : settings.registries[i]->collectors(filter_of(job.wanted))) {
        if (std::find(all.begin() + static_cast<std::ptrdiff_t>(first), all.end(), collector) == all.end())
          all.push_back(std::move(collector));
      }
    }
  }
  return all;
}

// Until all were asked or given up. Meanwhile who is in a hurry is served.
void Gatherer::State::collect(const CollectorThread::Collectors& asked) {
  std::unique_lock lock{mutex};
  if (stopping || is_unwanted()) return;
  collectors.begin(asked);
  while (!stopping) {
    collectors.give_up_late();
    if (collectors.is_done()) break;
    if (!hurried.empty()) {
      const Jobs jobs = std::exchange(hurried, {});
      lock.unlock();
      serve(jobs);
      lock.lock();
      continue;
    }
    changed.wait_until(lock, collectors.deadline());
  }
}

Gatherer::State::Accepted Gatherer::State::accept(std::span<GivenFamilies> given,
                                                  std::vector<std::vector<std::string>>& errors) const {
  Accepted accepted(settings.registries.size());
  errors.resize(accepted.size());
  for (std::size_t i = 0; i < accepted.size(); ++i) {
    const auto is_of = [&](const GivenFamilies& one) { return one.from->is_of(*settings.registries[i]); };
    const auto end = std::stable_partition(given.begin(), given.end(), is_of);
    accepted[i] = settings.registries[i]->accept({given.begin(), end}, errors[i]);
    given = {end, given.end()};
  }
  return accepted;
}

// What went wrong is counted now, and told later: by a function of the program.
Gatherer::State::Accepted Gatherer::State::take_given() {
  auto given = collectors.end();
  std::vector<std::vector<std::string>> errors;
  auto accepted = accept(given.families, errors);
  for (std::size_t i = 0; i < errors.size(); ++i) {
    for (const auto& late : given.late) {
      if (!late->is_of(*settings.registries[i])) continue;
      errors[i].push_back(late->shown() + " has not returned within " +
                          std::to_string(settings.collector_timeout.count()) +
                          " ms; what it gives is left out until it returns");
    }
  }
  const std::lock_guard lock{mutex};
  if (stopping) return accepted;
  timeouts.inc(static_cast<double>(given.late.size()));
  for (std::size_t i = 0; i < errors.size(); ++i) {
    if (errors[i].empty()) continue;
    settings.registries[i]->count_errors(errors[i].size());
    if (settings.registries[i]->tells())
      settings.call([registry = settings.registries[i], told = std::move(errors[i])] { registry->tell(told); });
  }
  return accepted;
}

void Gatherer::State::deliver(const Job& job, Response response) {
  const std::lock_guard lock{mutex};
  if (!stopping) job.deliver(std::move(response));
}

void Gatherer::State::answer(Rendering& rendering, const std::vector<FamilySnapshot>& accepted) try {
  const Wanted& wanted = rendering.jobs.front()->wanted;
  for (const Job* job : rendering.jobs) {
    const auto encoding = job->wanted.encoding;
    if (std::ranges::find(rendering.makers, encoding, &BodyMaker::asked) == rendering.makers.end())
      rendering.makers.emplace_back(encoding, settings.budget);
  }
  CompressedStore store{settings.budget};
  const PieceSink sink = [&](std::string_view piece) {
    for (auto& maker : rendering.makers) maker.add(piece);
  };
  expose(*settings.registries[wanted.registry], wanted.exposition, sink, wanted.names, accepted, &store);
  std::vector<Response> responses(rendering.jobs.size());
  for (auto& maker : rendering.makers) {
    const Body body = maker.finish();
    for (std::size_t i = 0; i < responses.size(); ++i) {
      const Wanted& its = rendering.jobs[i]->wanted;
      if (its.encoding != maker.asked()) continue;
      responses[i] = {
          .content_type = content_type(its.exposition), .more_headers = vary(maker.encoding()), .body = body};
    }
  }
  rendering.makers.clear();
  // Whoever is answered holds the body alone, so that its end is seen at once.
  for (std::size_t i = 0; i < responses.size(); ++i) deliver(*rendering.jobs[i], std::move(responses[i]));
} catch (const BodyTooLarge&) {
  rendering.makers.clear();
  for (const Job* job : rendering.jobs) deliver(*job, too_large_response(settings.budget->limit()));
} catch (const std::bad_alloc&) {
  rendering.makers.clear();
  for (const Job* job : rendering.jobs) deliver(*job, error_response(500));
}

// One rendering of each text that is asked for, for all jobs.
void Gatherer::State::answer_all(const Jobs& jobs, const Accepted& accepted) {
  std::vector<Rendering> renderings;
  for (const Job& job : jobs) {
    if (job.wanted_by.expired()) continue;
    auto same = std::ranges::find_if(
        renderings, [&](const Rendering& other) { return other.jobs.front()->wanted.has_text_of(job.wanted); });
    if (same == renderings.end()) same = renderings.insert(same, Rendering{});
    same->jobs.push_back(&job);
  }
  for (auto& rendering : renderings) {
    std::erase_if(rendering.jobs, [](const Job* job) { return job->wanted_by.expired(); });
    if (!rendering.jobs.empty()) answer(rendering, accepted[rendering.jobs.front()->wanted.registry]);
  }
}

void Gatherer::State::answer_live(const Job& job) try {
  auto answer = settings.live->answer(job.wanted.live, job.wanted.around);
  BodyMaker maker{job.wanted.encoding, settings.budget};
  maker.add(answer.json);
  Response response{.status = answer.status, .content_type = kJson, .body = maker.finish()};
  response.more_headers = vary(maker.encoding());
  deliver(job, std::move(response));
} catch (const BodyTooLarge&) {
  deliver(job, too_large_response(settings.budget->limit()));
} catch (const std::bad_alloc&) {
  deliver(job, error_response(500));
}

void Gatherer::State::serve(const Jobs& jobs) try {
  Jobs scrapes;
  for (const Job& job : jobs) {
    if (job.wanted_by.expired()) continue;
    job.wanted.live.empty() ? scrapes.push_back(job) : answer_live(job);
  }
  if (scrapes.empty()) return;
  auto given = collectors.so_far();
  std::vector<std::vector<std::string>> told_later;
  answer_all(scrapes, accept(given, told_later));
} catch (const std::bad_alloc&) {  // the deadlines of the scrapes that wait end them
}

void Gatherer::State::work(const Jobs& batch) try {
  const auto start = Clock::now();
  collect(collectors_for(batch));
  answer_all(batch, take_given());
  const std::lock_guard lock{mutex};
  if (!stopping) gather_seconds.observe(Clock::now() - start);
} catch (const std::bad_alloc&) {  // the same
}

void Gatherer::State::sample() try {
  RegistryState& registry = *settings.registries.front();
  collect(registry.collectors({{}, Escaping::Utf8}));
  settings.live->sample(snapshot(registry, take_given().front()));
} catch (const std::bad_alloc&) {
  settings.live->skip_sample();
}

void Gatherer::State::run() {
  std::unique_lock lock{mutex};
  while (!stopping) {
    Jobs hurry = std::exchange(hurried, {});
    Jobs batch = std::exchange(pending, {});
    const bool samples = settings.live != nullptr && Clock::now() >= settings.live->next_sample();
    if (hurry.empty() && batch.empty() && !samples) {
      if (settings.live == nullptr) {
        changed.wait(lock);
      } else {
        changed.wait_until(lock, settings.live->next_sample());
      }
      continue;
    }
    is_busy = !batch.empty() || samples;
    under_way = batch.empty() ? 0 : submitted;
    lock.unlock();
    if (!hurry.empty()) serve(hurry);
    if (!batch.empty()) {
      work(batch);
    } else if (samples) {
      sample();
    }
    hurry.clear();
    batch.clear();
    lock.lock();
    under_way = 0;
    if (std::exchange(is_busy, false) && !stopping) settings.on_idle();
  }
  ended = true;
  changed.notify_all();
}

Gatherer::Gatherer(Settings settings, EndpointMetrics& metrics) {
  const auto notified = std::make_shared<std::weak_ptr<State>>();
  state_ = std::make_shared<State>(std::move(settings), metrics, [notified] {
    if (const auto state = notified->lock()) {
      const std::lock_guard lock{state->mutex};
      state->changed.notify_all();
    }
  });
  *notified = state_;
  thread_ = start_service_thread("vitals-gather", [state = state_] { state->run(); });
}

std::uint64_t Gatherer::submit(std::vector<Job> batch) {
  const std::lock_guard lock{state_->mutex};
  std::move(batch.begin(), batch.end(), std::back_inserter(state_->pending));
  state_->changed.notify_all();
  return ++state_->submitted;
}

void Gatherer::hurry(Job job) {
  const std::lock_guard lock{state_->mutex};
  state_->hurried.push_back(std::move(job));
  state_->changed.notify_all();
}

bool Gatherer::is_busy() const {
  const std::lock_guard lock{state_->mutex};
  return state_->is_busy || !state_->pending.empty();
}

void Gatherer::give_up(std::uint64_t batch) {
  const std::lock_guard lock{state_->mutex};
  state_->given_up = batch;
  if (state_->is_unwanted()) state_->collectors.skip_rest();
  state_->changed.notify_all();
}

void Gatherer::stop(std::chrono::milliseconds patience) noexcept {
  if (!thread_.joinable()) return;
  const auto deadline = Clock::now() + patience;
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  const bool is_self = thread_.get_id() == std::this_thread::get_id();  // a callback stops the endpoint that calls it
  const bool ended = !is_self && state_->changed.wait_until(lock, deadline, [this] { return state_->ended; });
  lock.unlock();
  if (!ended) {  // it may still use the other thread
    state_->collectors.let_process_end();
    return thread_.detach();
  }
  thread_.join();
  using std::chrono::milliseconds;
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
  state_->collectors.stop(std::max(left, milliseconds{0}));
}

}  // namespace vitals::detail
