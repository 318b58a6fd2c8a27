// What back-to-back scrapes do to a thread that records: vitals_disturbance [SECONDS]
//
// One thread looks up and increments series of a family of 100,000 while another scrapes that family without a pause.
// The controls replace the scraper by a thread that sleeps, and by one that only spins: where two CPUs are one core,
// any busy neighbour takes its part. Prints, for each: increments per second, and how many of them took more than
// 100 µs. Rounds alternate; the medians count.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <vitals/vitals.hpp>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kSeries = 100'000;

struct Vitals {
  vitals::Registry registry;
  vitals::Family<vitals::Counter, 3>& family =
      registry.counter("requests_total", "A.", {"method", "route", "status"}, {.max_series = 1'000'000});
  std::string text;
  void inc(const std::string& route) { family.with("GET", route, "200").inc(); }
  void scrape() { vitals::expose(registry, {}, text); }
};

struct PrometheusCpp {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& family =
      prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry);
  void inc(const std::string& route) {
    family.Add({{"method", "GET"}, {"route", route}, {"status", "200"}}).Increment();
  }
  void scrape() { (void)prometheus::TextSerializer{}.Serialize(registry.Collect()); }
};

struct Round {
  double per_second;
  std::uint64_t stalls;
  double longest_us;
};

enum class Beside { Sleeper, Spinner, Scraper };
constexpr const char* kNames[] = {"a sleeping thread", "a spinning thread", "scrapes"};

template <class Subject>
Round measure(Subject& subject, const std::vector<std::string>& routes, Beside beside, double seconds) {
  struct alignas(128) {  // alone in its cache lines: the other thread reads it all the time
    std::atomic<bool> flag{false};
  } shared;
  std::atomic<bool>& done = shared.flag;
  std::thread other{[&] {
    if (beside == Beside::Sleeper) return done.wait(false);
    while (!done.load(std::memory_order_relaxed)) {
      if (beside == Beside::Scraper) subject.scrape();
    }
  }};
  Round round{0, 0, 0};
  std::uint64_t n = 0;
  const auto start = Clock::now();
  auto last = start;
  while (last - start < std::chrono::duration<double>(seconds)) {
    subject.inc(routes[n % 100]);  // the same hundred, so that what is measured is not the cache misses of a large set
    const auto now = Clock::now();
    const double us = std::chrono::duration<double, std::micro>(now - last).count();
    round.stalls += us > 100;
    round.longest_us = std::max(round.longest_us, us);
    last = now;
    ++n;
  }
  round.per_second = static_cast<double>(n) / std::chrono::duration<double>(last - start).count();
  done = true;
  done.notify_one();
  other.join();
  return round;
}

template <class Member>
auto median(std::vector<Round> rounds, Member member) {
  std::sort(rounds.begin(), rounds.end(), [&](const Round& a, const Round& b) { return a.*member < b.*member; });
  return rounds[rounds.size() / 2].*member;
}

template <class Subject>
void report(const char* name, double seconds) {
  Subject subject;
  std::vector<std::string> routes;
  for (int i = 0; i < kSeries; ++i) routes.push_back("/api/v1/resource/" + std::to_string(i));
  for (const auto& route : routes) subject.inc(route);
  std::vector<Round> rounds[3];
  for (int i = 0; i < 7; ++i) {
    for (const Beside beside : {Beside::Sleeper, Beside::Spinner, Beside::Scraper})
      rounds[static_cast<int>(beside)].push_back(measure(subject, routes, beside, seconds));
  }
  for (int i = 0; i < 3; ++i) {
    std::printf("%-15s beside %-18s %7.2f M/s   stalls over 100 us: %3llu   longest %8.0f us\n", name, kNames[i],
                median(rounds[i], &Round::per_second) / 1e6,
                static_cast<unsigned long long>(median(rounds[i], &Round::stalls)),
                median(rounds[i], &Round::longest_us));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  report<Vitals>("vitals", seconds);
  report<PrometheusCpp>("prometheus-cpp", seconds);
}
