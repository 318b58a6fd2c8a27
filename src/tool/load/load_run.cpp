#include "tool/load/load_run.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <exception>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tool/load/open_loop.hpp"
#include "tool/load/progress.hpp"
#include "tool/load/user_loop.hpp"
#include "tool/load/worker.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// So that the threads are there when the first request is due.
constexpr auto kLead = std::chrono::milliseconds{20};

// As long as it lives, Ctrl-C and SIGTERM are told by a descriptor instead of ending the process.
class StopSignals {
 public:
  StopSignals() {
    sigset_t stopping;
    ::sigemptyset(&stopping);
    ::sigaddset(&stopping, SIGINT);
    ::sigaddset(&stopping, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &stopping, &before_);
    descriptor_ = ::signalfd(-1, &stopping, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "the load can't wait for Ctrl-C");
  }
  ~StopSignals() {
    ::close(descriptor_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  // Whether one has come.
  [[nodiscard]] bool take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_, &info, sizeof info) == sizeof info;
  }

 private:
  sigset_t before_{};
  int descriptor_;
};

// The workers in their threads.
class Crew {
 public:
  explicit Crew(std::vector<std::unique_ptr<Worker>> workers)
      : workers_(std::move(workers)), working_(workers_.size()), ended_(::eventfd(0, EFD_CLOEXEC)) {
    if (ended_ < 0) throw std::system_error(errno, std::generic_category(), "the load can't wait for its threads");
  }
  ~Crew() {
    stop();
    join();
    ::close(ended_);
  }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  void start() {
    for (auto& worker : workers_) threads_.emplace_back([this, &worker] { work(*worker); });
  }
  void stop() {
    for (auto& worker : workers_) worker->stop();
  }
  // Readable when all have ended.
  [[nodiscard]] int descriptor() const { return ended_; }
  // REQUIRES: all have ended. Throws what ended one too early.
  [[nodiscard]] Tally tally() {
    join();  // what they have written is seen here then
    if (failure_) std::rethrow_exception(failure_);
    Tally all(workers_.front()->tally().routes.size());
    for (const auto& worker : workers_) all.add(worker->tally());
    return all;
  }

 private:
  void join() {
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }
  void work(Worker& worker) {
    try {
      worker.run();
    } catch (...) {
      if (!has_failed_.exchange(true)) failure_ = std::current_exception();
      stop();
    }
    if (--working_ > 0) return;
    const std::uint64_t one = 1;
    if (::write(ended_, &one, sizeof one) < 0) std::terminate();  // the counter is at 0
  }

  std::vector<std::unique_ptr<Worker>> workers_;
  std::atomic<std::size_t> working_;
  std::atomic<bool> has_failed_{false};
  std::exception_ptr failure_;
  int ended_;
  std::vector<std::thread> threads_;
};

// Sends the requests of the setup one after the other.
void run_setup(const Scenario& scenario, const LoadServer& server, Values& values, Tally& tally) {
  SocketPoller poller;
  Exchange exchange(server, poller);
  std::string body;
  for (std::size_t i = 0; i < scenario.setup.size(); ++i) {
    const auto& plan = scenario.setup[i];
    values.draw(plan.drawn);
    write_request(exchange.request, body, plan, values, server.authority);
    const auto begun = LoadClock::now();
    const auto deadline = begun + clock_time(scenario.timeout);
    exchange.start(plan.wanted(), begun);
    while (exchange.is_busy()) {
      const auto events = poller.wait(deadline);
      if (LoadClock::now() >= deadline) {
        exchange.time_out();
        break;
      }
      for (const auto& event : events) {
        if (event.data.ptr == nullptr) continue;
        exchange.go_on((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0, LoadClock::now());
      }
    }
    const auto outcome = outcome_of(exchange, plan, values);
    tally.routes[scenario.requests.size() + i].add(outcome,
                                                   std::chrono::duration<double>(LoadClock::now() - begun).count());
    if (outcome.is_good()) continue;
    auto why = outcome_text(outcome, plan.expect);
    if (outcome.failure == Failure::NoTls)
      why += ": " + printable(exchange.tls_fault()) + "; --ca-file takes other certificates";
    if (outcome.failure == Failure::NoValue) why = extract(plan.extractions, exchange.answer(), values);
    throw SetupError(fmt::format("{} of the setup failed at {}: {}; no load was sent", printable(plan.name(), 200),
                                 server.url, why));
  }
}

// One descriptor for each connection, three for each thread, and some.
void raise_limit_of_descriptors(std::size_t connections, std::size_t threads) {
  constexpr rlim_t kOfThread = 3;
  constexpr rlim_t kOthers = 64;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const auto wanted = static_cast<rlim_t>(connections) + kOfThread * threads + kOthers;
  if (limit.rlim_cur < wanted) {
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur < wanted)
    throw std::invalid_argument(
        fmt::format("{} connections and {} threads need {} open files, and {} are allowed; ulimit -n {} allows more, "
                    "or take fewer of them",
                    connections, threads, wanted, limit.rlim_cur, wanted));
}

std::size_t threads_of(const Scenario& scenario) {
  return std::min(scenario.threads, scenario.users > 0 ? scenario.users : scenario.connections);
}

// The connections of an open loop are spread over the threads; there is one for each at least.
std::vector<std::unique_ptr<Worker>> make_workers(const LoadContext& first) {
  const auto& scenario = first.scenario;
  std::vector<std::unique_ptr<Worker>> workers;
  auto context = first;
  context.of = threads_of(scenario);
  for (context.number = 0; context.number < context.of; ++context.number) {
    const auto connections = (scenario.connections + context.of - 1 - context.number) / context.of;
    if (scenario.users > 0) {
      workers.push_back(std::make_unique<UserLoop>(context));
    } else {
      workers.push_back(std::make_unique<OpenLoop>(context, connections));
    }
  }
  return workers;
}

// Looks at the load each second until it is over.
class Supervision {
 public:
  Supervision(const LoadMetrics& metrics, LoadClock::time_point start, LoadResult& result)
      : metrics_(metrics), start_(start), result_(result) {}

  void run(Crew& crew, const StopSignals& signals) {
    std::array<pollfd, 2> sources{{{crew.descriptor(), POLLIN, 0}, {signals.descriptor(), POLLIN, 0}}};
    for (auto next = start_ + std::chrono::seconds{1};;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - LoadClock::now());
      ::poll(sources.data(), sources.size(), static_cast<int>(std::max<std::int64_t>(0, left.count())));
      if (signals.take()) {
        if (std::exchange(result_.interrupted, true)) ::_exit(130);
        crew.stop();
      }
      if ((sources[0].revents & POLLIN) != 0) break;
      if (LoadClock::now() < next) continue;
      look(true);
      next += std::chrono::seconds{1};
    }
    look(false);
    progress_.finish();
  }

 private:
  void look(bool shows) {
    // Interrupted at once, it ends before its start.
    const double seconds = std::max(0.0, std::chrono::duration<double>(LoadClock::now() - start_).count());
    const auto latency = metrics_.latency();
    const auto failed = metrics_.failed_so_far();
    result_.timeline.add(seconds, metrics_.sent_so_far(), failed, latency);
    if (shows) progress_.update(seconds, failed, latency);
    result_.seconds = seconds;
  }

  const LoadMetrics& metrics_;
  LoadClock::time_point start_;
  LoadResult& result_;
  Progress progress_;
};

}  // namespace

LoadResult run_load(const Scenario& scenario, const LoadServer& server, LoadMetrics& metrics) {
  raise_limit_of_descriptors(scenario.users > 0 ? scenario.users : scenario.connections, threads_of(scenario));
  LoadResult result;
  Tally of_setup(plans_of(scenario).size());
  Values values(scenario.variables, scenario.seed);
  ::signal(SIGPIPE, SIG_IGN);  // which OpenSSL's writing to a closed connection would raise
  run_setup(scenario, server, values, of_setup);

  const StopSignals signals;
  const auto start = LoadClock::now() + kLead;
  Crew crew(make_workers({scenario, server, metrics, values, start}));
  crew.start();
  Supervision(metrics, start, result).run(crew, signals);
  result.tally = crew.tally();
  result.tally.add(of_setup);
  return result;
}

}  // namespace vitals::tool
