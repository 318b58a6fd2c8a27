// What back-to-back scrapes do to a thread that uses the scraped family: vitals_disturbance [SECONDS]
//
// The family has 100,000 series. One thread looks up and increments, or makes, series of it, while another scrapes
// without a pause. The controls replace the scraper by a thread that sleeps, and by one that only spins: where two CPUs
// are one core, any busy neighbour takes its part. Prints, for each: calls per second (where they are not paced), the
// median and the 99th percentile of one call, the longest, and how many took more than 100 us, each with the clock's
// read. Rounds alternate; the medians of seven count.
//
//   known     a series that exists
//   beyond    one beyond the limit of its family
//   not UTF-8 one that exists, and whose value has bytes that were replaced
//   new       one that is made by the call, every 20 us
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
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
constexpr int kRounds = 7;

enum class Work { Known, Beyond, NotUtf8, New };
constexpr const char* kWorks[] = {"known", "beyond", "not UTF-8", "new"};
enum class Beside { Sleeper, Spinner, Scraper };
constexpr const char* kNeighbours[] = {"a sleeping thread", "a spinning thread", "scrapes"};

std::string route(int i) { return "/api/v1/resource/" + std::to_string(i); }

class Vitals {
 public:
  explicit Vitals(Work work) : limit_{work == Work::Beyond ? kSeries : std::size_t{10'000'000}} {}
  void inc(const std::string& route) { family_.with("GET", route, "200").inc(); }
  void scrape() { vitals::expose(registry_, {}, text_); }

 private:
  vitals::Registry registry_;
  std::size_t limit_;
  vitals::Family<vitals::Counter, 3>& family_ =
      registry_.counter("requests_total", "A.", {"method", "route", "status"}, {.max_series = limit_});
  std::string text_;
};

class PrometheusCpp {
 public:
  explicit PrometheusCpp(Work /*work*/) {}
  void inc(const std::string& route) {
    family_.Add({{"method", "GET"}, {"route", route}, {"status", "200"}}).Increment();
  }
  void scrape() { (void)prometheus::TextSerializer{}.Serialize(registry_.Collect()); }

 private:
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& family_ =
      prometheus::BuildCounter().Name("requests_total").Help("A.").Register(registry_);
};

struct Round {
  double per_second = 0;
  double median_us = 0;
  double p99_us = 0;
  double longest_us = 0;
  double stalls = 0;
};

// How long calls took, in steps of 10 ns up to 1 ms.
class Durations {
 public:
  void add(double us) {
    ++counts_[std::min(static_cast<std::size_t>(us * 100), counts_.size() - 1)];
    ++n_;
    longest_ = std::max(longest_, us);
    stalls_ += us > 100;
  }
  [[nodiscard]] Round summary(double seconds) const {
    return {static_cast<double>(n_) / seconds, quantile(0.5), quantile(0.99), longest_, static_cast<double>(stalls_)};
  }

 private:
  [[nodiscard]] double quantile(double q) const {
    auto left = static_cast<std::uint64_t>(q * static_cast<double>(n_));
    std::size_t i = 0;
    for (; i < counts_.size() - 1 && counts_[i] <= left; ++i) left -= counts_[i];
    return static_cast<double>(i) / 100;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(100'001);
  std::uint64_t n_ = 0;
  std::uint64_t stalls_ = 0;
  double longest_ = 0;
};

// A hundred routes for those that are not new: so that what is measured is not the cache misses of a large set.
std::vector<std::string> routes_for(Work work) {
  std::vector<std::string> routes;
  for (int i = 0; i < 100; ++i) {
    routes.push_back(route(work == Work::Beyond ? kSeries + i : i) + (work == Work::NotUtf8 ? "\xFF" : ""));
  }
  return routes;
}

template <class Subject>
Round measure(Work work, Beside beside, double seconds) {
  const auto subject = std::make_unique<Subject>(work);
  const auto routes = routes_for(work);
  if (work == Work::NotUtf8) {
    for (const auto& known : routes) subject->inc(known);
  }
  for (int i = 0; i < kSeries; ++i) subject->inc(route(i));
  struct alignas(128) {  // alone in its cache lines: the other thread reads it all the time
    std::atomic<bool> flag{false};
  } shared;
  std::atomic<bool>& done = shared.flag;
  std::thread other{[&] {
    if (beside == Beside::Sleeper) return done.wait(false);
    while (!done.load(std::memory_order_relaxed)) {
      if (beside == Beside::Scraper) subject->scrape();
    }
  }};

  Durations durations;
  const auto start = Clock::now();
  auto last = start;
  for (int n = 0; last - start < std::chrono::duration<double>(seconds); ++n) {
    if (work == Work::New) {
      const std::string made = route(kSeries + n);
      const auto next = last + std::chrono::microseconds{20};
      while ((last = Clock::now()) < next) {
      }
      subject->inc(made);
    } else {
      subject->inc(routes[static_cast<std::size_t>(n % 100)]);
    }
    const auto now = Clock::now();
    durations.add(std::chrono::duration<double, std::micro>(now - last).count());
    last = now;
  }
  done = true;
  done.notify_one();
  other.join();
  return durations.summary(std::chrono::duration<double>(last - start).count());
}

double median(std::vector<Round> rounds, double Round::*member) {
  std::ranges::sort(rounds, {}, member);
  return rounds[rounds.size() / 2].*member;
}

template <class Subject>
void report(const char* name, Work work, double seconds) {
  std::array<std::vector<Round>, 3> rounds;
  for (int i = 0; i < kRounds; ++i) {
    for (const Beside beside : {Beside::Sleeper, Beside::Spinner, Beside::Scraper})
      rounds[static_cast<std::size_t>(beside)].push_back(measure<Subject>(work, beside, seconds));
  }
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    std::printf("%-14s %-9s beside %-17s", name, kWorks[static_cast<std::size_t>(work)], kNeighbours[i]);
    if (work == Work::New) {
      std::printf("         ");
    } else {
      std::printf(" %5.2f M/s", median(rounds[i], &Round::per_second) / 1e6);
    }
    std::printf("   p50 %6.2f   p99 %6.2f   longest %8.0f us   over 100 us: %.0f\n",
                median(rounds[i], &Round::median_us), median(rounds[i], &Round::p99_us),
                median(rounds[i], &Round::longest_us), median(rounds[i], &Round::stalls));
  }
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 1;
  for (const Work work : {Work::Known, Work::Beyond, Work::NotUtf8, Work::New}) {
    report<Vitals>("vitals", work, seconds);
    if (work == Work::Known || work == Work::New) report<PrometheusCpp>("prometheus-cpp", work, seconds);
  }
}
