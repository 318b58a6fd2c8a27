#include "tool/check/check.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>
#include <fmt/format.h>
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
#include "tool/text/utf8.hpp"

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

struct WantedReport {
  std::string form, file;
};

// Told before anything is measured: a mistake must not cost a load test.
std::vector<WantedReport> wanted_reports(const CheckArguments& arguments) {
  std::vector<WantedReport> reports;
  for (const auto& text : arguments.reports) {
    const auto at = text.find('=');
    if (at == text.npos || at + 1 == text.size() ||
        std::ranges::find(kReportForms, text.substr(0, at)) == kReportForms.end())
      throw std::invalid_argument(
          fmt::format("--report {}: give a form and a file, FORM=FILE, such as junit=check.xml; forms are {}",
                      printable(text), fmt::join(kReportForms, ", ")));
    reports.push_back({text.substr(0, at), text.substr(at + 1)});
    if (!std::ofstream{reports.back().file, std::ios::app})
      throw std::invalid_argument(fmt::format("--report {}: can't write to {}: {}", printable(text),
                                              printable(reports.back().file), std::strerror(errno)));
  }
  return reports;
}

void write_report(const std::string& path, const std::string& text) {
  std::ofstream file{path, std::ios::trunc};
  file << text << std::flush;
  if (!file) throw std::runtime_error(fmt::format("can't write {}: {}", printable(path), std::strerror(errno)));
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
  const auto reports = wanted_reports(arguments);
  const auto targets = load_targets(arguments);
  const auto wanted = wanted_samples(targets);
  const auto measured = arguments.url.empty() ? measure_files(arguments, wanted) : measure_url(arguments, wanted);
  const auto judgement = judge(targets, {measured.before, measured.after, measured.seconds});
  const Source source{measured.source, arguments.config, measured.seconds};
  const auto verdict = worst(judgement.rows);
  const bool forgives_warnings = arguments.fail_on == "critical";
  const int status = verdict == Verdict::Warning && forgives_warnings ? 0 : exit_code(verdict);
  const auto report = [&](std::string_view form, bool colour) {
    if (form == "json") return to_json(source, judgement);
    if (form == "junit") return to_junit(source, judgement, forgives_warnings);
    if (form == "markdown") return to_markdown(source, judgement);
    if (form == "nagios") return to_nagios(judgement, status);
    if (form == "github") return to_github(source, judgement);
    return to_table(source, judgement, colour);
  };
  for (const auto& [form, file] : reports) write_report(file, report(form, false));
  return {report(arguments.format, wants_colour(arguments)), status};
}

}  // namespace vitals::tool
