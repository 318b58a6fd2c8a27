#include "tool/check/watch.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <deque>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <unistd.h>

#include "tool/check/measure.hpp"
#include "tool/check/pause.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxScrapes = 1000;  // all of them are kept

Clock::duration time_option(const char* option, const std::string& text) {
  return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>(seconds_option(option, text)));
}

// The scrapes of the last `length`, and the one before them.
class SlidingScrapes {
 public:
  SlidingScrapes(const CheckArguments& arguments, const Baseline* baseline, const Targets& targets)
      : arguments_(arguments),
        baseline_(baseline),
        targets_(targets),
        wanted_(wanted_samples(targets)),
        length_(time_option("--duration", arguments.duration)) {}

  // The judgement of the window that ends now; nothing after the first scrape.
  std::optional<Checked> next() {
    const auto at = Clock::now();
    scrapes_.push_back({at, scrape_url(arguments_, wanted_)});
    while (scrapes_.size() > 2 && at - scrapes_[1].at >= length_) scrapes_.pop_front();
    if (scrapes_.size() < 2) return std::nullopt;
    const auto& first = scrapes_.front();
    is_full_ = is_full_ || at - first.at >= length_;
    const auto seconds = std::chrono::duration<double>(at - first.at).count();
    return judged(arguments_, baseline_, targets_, Window{first.scrape, scrapes_.back().scrape, seconds, wall_clock()});
  }

  [[nodiscard]] bool is_full() const { return is_full_; }

 private:
  struct Timed {
    Clock::time_point at;
    Scrape scrape;
  };

  const CheckArguments& arguments_;
  const Baseline* baseline_;
  const Targets& targets_;
  Names wanted_;
  Clock::duration length_;
  std::deque<Timed> scrapes_;
  bool is_full_ = false;
};

void show(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("can't write to the standard output");
}

// Above each judgement: when it was.
std::string head(const CheckArguments& arguments, bool is_first) {
  if (::isatty(STDOUT_FILENO)) return "\x1b[H\x1b[J";
  if (arguments.format != "table") return {};
  return fmt::format("{}{:%Y-%m-%d %H:%M:%S} UTC\n", is_first ? "" : "\n", fmt::gmtime(std::time(nullptr)));
}

}  // namespace

CommandResult watch(const CheckArguments& arguments, const Baseline* baseline, bool colour,
                    const std::function<void(const Checked&)>& on_judged) {
  if (!arguments.before.empty()) throw std::invalid_argument("--watch needs --url or --prometheus: files don't change");
  if (arguments.database) throw std::invalid_argument("--watch doesn't take --database: judge a database by itself");
  const auto interval = time_option("--watch", arguments.watch);
  const auto targets = load_targets(arguments);
  if (arguments.prometheus.empty() && time_option("--duration", arguments.duration) / interval > kMaxScrapes)
    throw std::invalid_argument(
        fmt::format("--watch {}: more than {} scrapes lie in --duration {}; take a longer time between them",
                    arguments.watch, kMaxScrapes, arguments.duration));
  SlidingScrapes scrapes(arguments, baseline, targets);
  const bool forgives = arguments.fail_on == "critical";
  auto worst_seen = Verdict::Skipped;
  std::size_t judgements = 0;
  const InterruptWatch interrupt;
  for (auto due = Clock::now();; due = std::max(due + interval, Clock::now())) {
    if (!interrupt.wait_until(due)) break;
    std::optional<Checked> checked;
    bool counts = true;
    try {
      if (arguments.prometheus.empty()) {
        checked = scrapes.next();
        counts = scrapes.is_full();
      } else {
        checked = judged(arguments, baseline);
      }
    } catch (const FetchError& error) {
      checked = failed(arguments, error.what());
    }
    if (!checked) continue;
    if (counts) worst_seen = std::max(worst_seen, worst(checked->judgement.rows));
    show(head(arguments, judgements++ == 0) + report(arguments.format, *checked, colour));
    on_judged(*checked);
  }
  // Of no whole window nothing is known.
  if (worst_seen == Verdict::Skipped) worst_seen = Verdict::Unknown;
  const auto summary = fmt::format("\nwatched {} windows; the worst whole one was {}\n", judgements, name(worst_seen));
  return {arguments.format == "table" ? summary : std::string{}, status_of(worst_seen, forgives)};
}

}  // namespace vitals::tool
