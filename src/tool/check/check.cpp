#include "tool/check/check.hpp"

#include <chrono>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>
#include <unistd.h>

#include "tool/check/judge.hpp"
#include "tool/check/level_targets.hpp"
#include "tool/check/pause.hpp"
#include "tool/check/report.hpp"
#include "tool/check/scrape.hpp"
#include "tool/check/targets.hpp"
#include "tool/input/exposition.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

using Clock = std::chrono::steady_clock;

struct Measured {
  Scrape before, after;
  std::optional<double> seconds;
  std::string source;
};

Scrape parse_scrape(const Exposed& exposed, const std::string& source, const Names& wanted) {
  try {
    return Scrape::parse(exposed.body, wanted, exposed.format);
  } catch (const ExpositionError& error) {
    throw FetchError(fmt::format("{} is not {}: {}", source, format_name(exposed.format), error.what()));
  }
}

Names wanted_samples(const Targets& targets) {
  Names wanted;
  for (const auto& target : targets.targets) {
    wanted.insert(target.sample_name());
    if (!target.whole.empty()) wanted.insert(target.whole);
  }
  return wanted;
}

Scrape parse_file(const std::string& path, const Names& wanted) {
  Exposed exposed{read_exposition_file(path)};
  exposed.format = detect_lint_format(exposed.body);
  return parse_scrape(exposed, path, wanted);
}

Measured measure_files(const CheckArguments& arguments, const Names& wanted) {
  Measured result;
  if (arguments.duration_given) result.seconds = seconds_option("--duration", arguments.duration);
  result.before = parse_file(arguments.before, wanted);
  result.after = parse_file(arguments.after, wanted);
  result.source = fmt::format("{} to {}", arguments.before, arguments.after);
  return result;
}

Measured measure_url(const CheckArguments& arguments, const Names& wanted) {
  const std::chrono::duration<double> duration(seconds_option("--duration", arguments.duration));
  const std::chrono::duration<double> limit(seconds_option("--timeout", arguments.timeout));
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(limit);
  const auto credentials = credentials_of(arguments.credentials);
  const auto scrape = [&] {
    const auto exposed = fetch_exposition(arguments.url, timeout, credentials);
    return parse_scrape(exposed, without_credentials(arguments.url), wanted);
  };
  Measured result;
  result.source = without_credentials(arguments.url);
  exit_on_interrupt();
  const auto first = Clock::now();
  result.before = scrape();
  pause_until(first, first + std::chrono::ceil<Clock::duration>(duration));
  const auto second = Clock::now();
  result.after = scrape();
  result.seconds = std::chrono::duration<double>(second - first).count();
  return result;
}

Targets load_targets(const CheckArguments& arguments) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  auto targets = arguments.config.empty()
                     ? parse_targets(builtin_targets(), "built-in targets")
                     : read_levels_or_targets(read_file(arguments.config, kLimit), arguments.config);
  if (arguments.min_samples > 0) targets.min_samples = arguments.min_samples;
  return targets;
}

bool wants_colour(const CheckArguments& arguments) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const char* term = std::getenv("TERM");
  if (arguments.no_color || (no_color && *no_color)) return false;
  // Set by a caller that shows the table on a terminal later: https://bixense.com/clicolors
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && std::string_view(force) != "0") return true;
  return ::isatty(STDOUT_FILENO) && !(term && std::string_view(term) == "dumb");
}

}  // namespace

CommandResult check(const CheckArguments& arguments) {
  if (arguments.print_targets) return {std::string(builtin_targets()), 0};
  if (arguments.url.empty() && arguments.before.empty()) {
    throw std::invalid_argument("give --url, or --before and --after; see vitals check --help");
  }
  const auto targets = load_targets(arguments);
  const auto wanted = wanted_samples(targets);
  const auto measured = arguments.url.empty() ? measure_files(arguments, wanted) : measure_url(arguments, wanted);
  const auto judgement = judge(targets, {measured.before, measured.after, measured.seconds});
  const Source source{measured.source, arguments.config, measured.seconds};
  const auto verdict = worst(judgement.rows);
  const bool forgiven = verdict == Verdict::Warning && arguments.fail_on == "critical";
  return {
      arguments.format == "json" ? to_json(source, judgement) : to_table(source, judgement, wants_colour(arguments)),
      forgiven ? 0 : exit_code(verdict)};
}

}  // namespace vitals::tool
