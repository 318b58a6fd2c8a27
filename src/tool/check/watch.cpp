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
#include "tool/check/scrape_history.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/is_terminal.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMaxScrapes = 1000;  // all of them are kept
constexpr std::size_t kMaxKept = std::size_t{256} << 20;

Clock::duration time_option(const char* option, const std::string& text) {
  return std::chrono::ceil<Clock::duration>(std::chrono::duration<double>(seconds_option(option, text)));
}

// By how much a window may be short of --duration: a scrape that came some milliseconds late makes none a step longer.
Clock::duration slack(const CheckArguments& arguments) { return time_option("--watch", arguments.watch) / 10; }

std::string bytes_text(std::size_t bytes) { return format_value(static_cast<double>(bytes), Unit::Bytes); }

// The service's scrapes, and what they show.
class WatchedService {
 public:
  WatchedService(const CheckArguments& arguments, const Baseline* baseline, const Targets& targets)
      : arguments_(arguments),
        baseline_(baseline),
        targets_(targets),
        scrapes_(wanted_samples(targets), time_option("--duration", arguments.duration) - slack(arguments)),
        most_(time_option("--duration", arguments.duration) / time_option("--watch", arguments.watch) + 2) {}

  // The judgement of the window that ends now; nothing after the first scrape.
  std::optional<Checked> next() {
    const auto at = Clock::now();
    scrapes_.add(at, fetch_scrape(arguments_), without_credentials(arguments_.url));
    if (scrapes_.last_bytes() > kMaxKept / static_cast<std::size_t>(most_))
      throw std::runtime_error(fmt::format(
          "--watch {}: the {} scrapes of --duration {} would take more than {}, as one takes {} though it is "
          "compressed; take a longer time between them, or a shorter one to judge",
          arguments_.watch, most_, arguments_.duration, bytes_text(kMaxKept), bytes_text(scrapes_.last_bytes())));
    const auto window = scrapes_.window();
    if (!window) return std::nullopt;
    return judged(arguments_, baseline_, targets_, *window);
  }

  [[nodiscard]] bool was_full() const { return scrapes_.was_full(); }

 private:
  const CheckArguments& arguments_;
  const Baseline* baseline_;
  const Targets& targets_;
  ScrapeHistory scrapes_;
  Clock::duration::rep most_;
};

void show(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("can't write to the standard output");
}

// Above each judgement: when it was.
std::string head(const CheckArguments& arguments, bool is_first) {
  if (is_terminal(STDOUT_FILENO)) return "\x1b[H\x1b[J";
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
  WatchedService service(arguments, baseline, targets);
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
        checked = service.next();
        counts = service.was_full();
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
