// What back-to-back scrapes do to a thread that records: vitals_disturbance [SECONDS]
//
// One thread looks up and increments series of a family of 100,000 while another scrapes that family without a pause.
// The control replaces the scraper by a thread that only spins, so that what the machine itself costs (two busy CPUs,
// interruptions by its other guests) is in both. Prints, for each: increments per second, and how many of them took
// more than 100 µs. Rounds alternate; the medians count.
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

enum class Beside { Scraper, Spinner };

template <class Subject>
Round measure(Subject& subject, const std::vector<std::string>& routes, Beside beside, double seconds) {
  std::atomic<bool> done{false};
  std::thread other{[&] {
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
  std::vector<Round> scraped;
  std::vector<Round> spun;
  for (int i = 0; i < 7; ++i) {
    spun.push_back(measure(subject, routes, Beside::Spinner, seconds));
    scraped.push_back(measure(subject, routes, Beside::Scraper, seconds));
  }
  for (const auto& [beside, rounds] : {std::pair{"a spinning thread", spun}, std::pair{"scrapes", scraped}}) {
    std::printf("%-15s beside %-18s %7.2f M/s   stalls over 100 us: %3llu   longest %8.0f us\n", name, beside,
                median(rounds, &Round::per_second) / 1e6,
                static_cast<unsigned long long>(median(rounds, &Round::stalls)), median(rounds, &Round::longest_us));
  }
  std::printf("%-15s throughput beside scrapes: %.1f %% of that beside a spinning thread\n", name,
              100 * median(scraped, &Round::per_second) / median(spun, &Round::per_second));
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  report<Vitals>("vitals", seconds);
  report<PrometheusCpp>("prometheus-cpp", seconds);
}
