// The endpoint that campaign.py, attack.py and load.py go for:  campaign_server [option=value…]
// Writes {"port": N} to standard output, then an answer to each line of standard input, and ends with it. What the
// endpoint tells goes to standard error.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <vitals/http.hpp>
#include <vitals/vitals.hpp>

#include "http/campaign/campaign_data.hpp"
#include "http/campaign/campaign_options.hpp"

namespace vitals::test {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A callback that takes as long as it is told to.
class Delay {
 public:
  void set(milliseconds delay) {
    const std::lock_guard lock{mutex_};
    delay_ = delay;
    ++changes_;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock{mutex_};
    const auto changes = changes_;
    changed_.wait_for(lock, delay_, [&] { return changes_ != changes; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  milliseconds delay_{0};
  int changes_ = 0;
};

void add_series(Registry& registry, std::size_t n) {
  auto& family = registry.counter("campaign_series_total", "As many series as were asked for.", {"shard", "client"},
                                  {.max_series = n + 1});
  for (std::size_t i = 0; i < n; ++i)
    family.with("shard-" + std::to_string(i % 16), "client-" + std::to_string(i)).inc(i);
}

// What the program's own requests take, in microseconds, of a request each half millisecond that has to do something.
std::string serve(HttpMetrics& metrics, milliseconds time) {
  std::vector<double> took;
  const auto route = metrics.find("/work");
  const auto end = Clock::now() + time;
  auto next = Clock::now();
  double sum = 0;
  while (Clock::now() < end) {
    std::this_thread::sleep_until(next);
    next = std::max(next + std::chrono::microseconds{500}, Clock::now());
    const auto start = Clock::now();
    auto request = metrics.start("GET", route);
    for (int i = 1; i < 20'000; ++i) sum += 1.0 / i;
    request.finish(sum > 0 ? 200 : 500);
    took.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
  }
  std::ranges::sort(took);
  std::ostringstream out;
  const auto at = [&](double share) {
    return took[static_cast<std::size_t>(share * static_cast<double>(took.size() - 1))];
  };
  out << R"({"n": )" << took.size() << R"(, "p50": )" << at(0.5) << R"(, "p99": )" << at(0.99) << R"(, "max": )"
      << took.back() << '}';
  return out.str();
}

// As another part of the program does by mistake: a race by its nature, so behind the back of ThreadSanitizer.
int close_listeners() {
  int closed = 0;
  for (int fd = 3; fd < 1'024; ++fd) {
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0 && syscall(SYS_close, fd) == 0)
      ++closed;
  }
  return closed;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c < ' ' && c >= 0 ? ' ' : c;
  }
  return out + '"';
}

// A line of standard input, and the answer to it.
class Commands {
 public:
  explicit Commands(const CampaignOptions& options) {
    add_series(registry_, options.series);
    if (options.has_data) record_campaign_data(registry_);
    callback_.emplace(registry_.gauge_callback("campaign_callback", "A callback that may take long.", [this] {
      delay_.pass();
      return 1.0;
    }));
    auto endpoint = options.endpoint;
    endpoint.on_event = [](const EndpointEvent& event) { std::clog << event.message << std::endl; };
    endpoint.on_request = [this](const EndpointRequest& request) {
      longest_ = std::max<std::int64_t>(longest_, request.duration.count());
    };
    endpoint_.emplace(registry_, endpoint);
  }
  ~Commands() { delay_.set(milliseconds{0}); }
  Commands(const Commands&) = delete;
  Commands& operator=(const Commands&) = delete;

  [[nodiscard]] std::uint16_t port() const { return endpoint_->port(); }

  std::string run(const std::string& command, long long n) {
    if (command == "delay") {
      delay_.set(milliseconds{n});
      return "true";
    }
    if (command == "serve") return serve(metrics_, milliseconds{n});
    if (command == "close_listeners") return std::to_string(close_listeners());
    if (command == "longest") return std::to_string(longest_.exchange(0));  // in microseconds, of an answer
    if (command == "declare") {
      std::string all;
      for (const auto& outcome : declare_campaign_faults()) all += (all.empty() ? "" : ", ") + quoted(outcome);
      return '[' + all + ']';
    }
    throw std::invalid_argument("campaign_server: no such command: " + command);
  }

 private:
  Delay delay_;
  std::atomic<std::int64_t> longest_{0};
  Registry registry_;
  HttpMetrics metrics_{registry_, {.routes = {"GET /work"}}};
  std::optional<CollectorToken> callback_;
  std::optional<Endpoint> endpoint_;
};

int run(std::span<char*> arguments) {
  Commands commands{campaign_options(arguments)};
  std::cout << R"({"port": )" << commands.port() << '}' << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words{line};
    std::string command;
    long long n = 0;
    words >> command >> n;
    std::cout << commands.run(command, n) << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace vitals::test

int main(int argc, char** argv) try {
  return vitals::test::run({argv + 1, argv + argc});
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
