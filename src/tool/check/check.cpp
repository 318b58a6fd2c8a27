#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "tool/check/judge.hpp"
#include "tool/check/pause.hpp"
#include "tool/check/report.hpp"
#include "tool/check/targets.hpp"
#include "tool/command.hpp"
#include "tool/exposition.hpp"
#include "tool/fetch.hpp"
#include "tool/units.hpp"

namespace vitals::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kUnknown = 3;

struct Options {
  std::string url, before, after, config;
  std::string duration = "30s";
  std::string timeout = "10s";
  std::string format = "table";
  std::string fail_on = "warning";
  std::size_t min_samples = 0;  // 0: what the targets file says
  bool duration_given = false;
  bool no_color = false;
  bool print_targets = false;
};

struct Measured {
  Scrape before, after;
  std::optional<double> seconds;
  std::string source;
};

Scrape parse(const std::string& text, const std::string& source, const std::set<std::string, std::less<>>& wanted) {
  try {
    return Scrape::parse(text, wanted);
  } catch (const ExpositionError& error) {
    throw FetchError(fmt::format("{} is not the Prometheus text format: {}", source, error.what()));
  }
}

std::set<std::string, std::less<>> wanted_samples(const Targets& targets) {
  std::set<std::string, std::less<>> wanted;
  for (const auto& target : targets.targets) {
    wanted.insert(target.measure == Measure::kQuantile ? target.metric + "_bucket" : target.metric);
  }
  return wanted;
}

Measured measure_files(const Options& options, const std::set<std::string, std::less<>>& wanted) {
  Measured result;
  if (options.duration_given) result.seconds = seconds_option("--duration", options.duration);
  result.before = parse(read_file(options.before, kMaxExpositionBytes), options.before, wanted);
  result.after = parse(read_file(options.after, kMaxExpositionBytes), options.after, wanted);
  result.source = fmt::format("{} to {}", options.before, options.after);
  return result;
}

Measured measure_url(const Options& options, const std::set<std::string, std::less<>>& wanted) {
  const std::chrono::duration<double> duration(seconds_option("--duration", options.duration));
  const std::chrono::duration<double> limit(seconds_option("--timeout", options.timeout));
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(limit);
  Measured result;
  result.source = without_credentials(options.url);
  exit_on_interrupt();
  const auto first = Clock::now();
  result.before = parse(fetch_url(options.url, timeout), result.source, wanted);
  pause_until(first, first + std::chrono::ceil<Clock::duration>(duration));
  const auto second = Clock::now();
  result.after = parse(fetch_url(options.url, timeout), result.source, wanted);
  result.seconds = std::chrono::duration<double>(second - first).count();
  return result;
}

Targets load_targets(const Options& options) {
  constexpr std::size_t kLimit = std::size_t{1} << 20;
  auto targets = options.config.empty() ? parse_targets(builtin_targets(), "built-in targets")
                                        : parse_targets(read_file(options.config, kLimit), options.config);
  if (options.min_samples > 0) targets.min_samples = options.min_samples;
  return targets;
}

bool wants_colour(const Options& options) {
  const char* no_color = std::getenv("NO_COLOR");  // https://no-color.org: set and not empty
  const char* term = std::getenv("TERM");
  if (options.no_color || (no_color && *no_color)) return false;
  // For who shows the table on a terminal later: https://bixense.com/clicolors
  if (const char* force = std::getenv("CLICOLOR_FORCE"); force && *force && std::string_view(force) != "0") return true;
  return ::isatty(STDOUT_FILENO) && !(term && std::string_view(term) == "dumb");
}

// An answer that nobody could read is no "ok".
int print(const std::string& text, int status) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  if (!written) std::fputs("vitals check: can't write to the standard output\n", stderr);
  return written ? status : kUnknown;
}

int run(const Options& options) {
  if (options.print_targets) return print(std::string(builtin_targets()), 0);
  if (options.url.empty() && options.before.empty()) {
    throw std::invalid_argument("give --url, or --before and --after; see vitals check --help");
  }
  const auto targets = load_targets(options);
  const auto wanted = wanted_samples(targets);
  const auto measured = options.url.empty() ? measure_files(options, wanted) : measure_url(options, wanted);
  const auto rows = judge(targets, {measured.before, measured.after, measured.seconds});
  const Source source{measured.source, options.config.empty() ? "built in" : options.config, measured.seconds};
  const auto verdict = worst(rows);
  const bool forgiven = verdict == Verdict::kWarning && options.fail_on == "critical";
  return print(options.format == "json" ? to_json(source, rows) : to_table(source, rows, wants_colour(options)),
               forgiven ? 0 : exit_code(verdict));
}

constexpr const char* kFooter = R"(
Scrapes the service, waits, scrapes it again and judges what happened in between: put load on it meanwhile.

  vitals check --url http://127.0.0.1:9464/metrics --duration 30s
  vitals check --print-targets > targets.yml        a file to start your own from
  vitals check --url http://127.0.0.1:9464/metrics --config targets.yml --format json

Exit status: 0 every target is met, 1 warning: one is missed, 2 critical: one is beyond its critical threshold,
3 unknown: a metric is missing, there are too few samples, the process was restarted, the address can't be reached,
or the command line or the targets file is wrong. Critical goes before unknown, unknown before warning.)";

void add_sources(CLI::App& app, const std::shared_ptr<Options>& options) {
  auto* url = app.add_option("--url", options->url, "Address of the metrics")->type_name("URL");
  auto* before = app.add_option("--before", options->before, "Judge two saved scrapes instead: the first");
  auto* after = app.add_option("--after", options->after, "The second");
  before->type_name("FILE")->needs(after)->excludes(url);
  after->type_name("FILE")->needs(before)->excludes(url);
  app.add_option("--duration", options->duration,
                 "Time between the scrapes (default 30s); with --before, needed for rates only")
      ->type_name("TIME")
      ->each([options](const std::string&) { options->duration_given = true; });
  app.add_option("--timeout", options->timeout, "Limit for each scrape (default 10s)")->type_name("TIME");
}

void add_judgement(CLI::App& app, const std::shared_ptr<Options>& options) {
  app.add_option("--config", options->config, "Targets file (default: the clinic example's, built in)")
      ->type_name("FILE");
  app.add_flag("--print-targets", options->print_targets, "Print the built-in targets file and exit");
  app.add_option("--min-samples", options->min_samples,
                 "Fewer events are too few to judge (default: the targets file's, 20)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--fail-on", options->fail_on, "warning (default), or critical: a warning exits with 0")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"warning", "critical"}));
  app.add_option("--format", options->format, "table (default) or json")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json"}));
  app.add_flag("--no-color", options->no_color, "No colour, even on a terminal; NO_COLOR does the same");
}

}  // namespace

Command add_check(CLI::App& vitals) {
  auto* app = vitals.add_subcommand("check", "Measure a running service for a while and judge it against its targets");
  const auto options = std::make_shared<Options>();
  add_sources(*app, options);
  add_judgement(*app, options);
  app->footer(kFooter);
  return {app, [options] {
            try {
              return run(*options);
            } catch (const std::exception& error) {
              std::fprintf(stderr, "vitals check: %s\n", error.what());
              return kUnknown;
            }
          }};
}

}  // namespace vitals::tool
