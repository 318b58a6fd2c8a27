#include "tool/check/check.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <fmt/format.h>
#include <unistd.h>

#include "tool/check/database_check.hpp"
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
  return result;
}

std::chrono::milliseconds timeout_of(const CheckArguments& arguments) {
  const std::chrono::duration<double> limit(seconds_option("--timeout", arguments.timeout));
  return std::chrono::ceil<std::chrono::milliseconds>(limit);
}

Measured measure_url(const CheckArguments& arguments, const Names& wanted) {
  const std::chrono::duration<double> duration(seconds_option("--duration", arguments.duration));
  const auto timeout = timeout_of(arguments);
  const auto credentials = credentials_of(arguments.credentials);
  const auto scrape = [&] {
    const auto exposed = fetch_exposition(arguments.url, timeout, credentials);
    return parse_scrape(exposed, without_credentials(arguments.url), wanted);
  };
  Measured result;
  const auto first = Clock::now();
  result.before = scrape();
  pause_until(first, first + std::chrono::ceil<Clock::duration>(duration));
  const auto second = Clock::now();
  result.after = scrape();
  result.seconds = std::chrono::duration<double>(second - first).count();
  return result;
}

// Without a scrape: nothing, or the window alone.
Measured measure_nothing(const CheckArguments& arguments) {
  Measured result;
  if (!arguments.duration_given) return result;
  const std::chrono::duration<double> duration(seconds_option("--duration", arguments.duration));
  const auto begin = Clock::now();
  pause_until(begin, begin + std::chrono::ceil<Clock::duration>(duration));
  result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
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

// Whether both are one file; of a path that can't be looked up, opening says why.
bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  const auto first = std::filesystem::weakly_canonical(a, error);
  return a == b || (!error && first == std::filesystem::weakly_canonical(b, error));
}

std::vector<WantedReport> wanted_reports(const CheckArguments& arguments) {
  std::vector<WantedReport> reports;
  for (const auto& text : arguments.reports) {
    const auto at = text.find('=');
    if (at == text.npos || at + 1 == text.size() ||
        std::ranges::find(kReportForms, text.substr(0, at)) == kReportForms.end())
      throw std::invalid_argument(
          fmt::format("--report {}: give a form and a file, FORM=FILE, such as junit=check.xml; forms are {}",
                      printable(text), fmt::join(kReportForms, ", ")));
    WantedReport report{text.substr(0, at), text.substr(at + 1)};
    const auto same =
        std::ranges::find_if(reports, [&](const WantedReport& one) { return is_same_file(one.file, report.file); });
    if (same != reports.end())
      throw std::invalid_argument(fmt::format("--report {}: {} gets the report of --report {}={}; give it another file",
                                              printable(text), printable(report.file), same->form,
                                              printable(same->file)));
    reports.push_back(std::move(report));
  }
  return reports;
}

// Before anything is measured: a mistake must not cost a load test, and the report of an earlier check must not outlive
// one that fails.
void empty_files(const std::vector<WantedReport>& reports) {
  for (const auto& [form, file] : reports) {
    if (!std::ofstream{file, std::ios::trunc})
      throw std::invalid_argument(fmt::format("--report {}={}: can't write to {}: {}", form, printable(file),
                                              printable(file), std::strerror(errno)));
  }
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

// Empty: nothing is scraped.
std::string source_name(const CheckArguments& arguments) {
  if (!arguments.before.empty()) return fmt::format("{} to {}", arguments.before, arguments.after);
  return arguments.url.empty() ? std::string{} : without_credentials(arguments.url);
}

// What the reports show. The judgement refers to the targets.
struct Checked {
  Targets targets;
  Judgement judgement;
  Source source;
  int status = exit_code(Verdict::Unknown);
  bool forgives_warnings = false;
  std::unique_ptr<DatabaseCheck> database;  // has targets of its own
};

// Measures the service and the database, as far as they are asked for, over the same window, and judges them.
void measure_and_judge(const CheckArguments& arguments, Checked& checked) {
  const bool has_window = !arguments.url.empty() || arguments.duration_given;
  if (arguments.database)
    checked.database = std::make_unique<DatabaseCheck>(*arguments.database, timeout_of(arguments));
  auto& database = checked.database;
  const auto wanted = wanted_samples(checked.targets);
  exit_on_interrupt();
  if (database && has_window) database->begin();
  const auto measured = !arguments.url.empty()      ? measure_url(arguments, wanted)
                        : !arguments.before.empty() ? measure_files(arguments, wanted)
                                                    : measure_nothing(arguments);
  if (database) database->end();
  auto source = source_name(arguments);
  if (!source.empty()) checked.judgement = judge(checked.targets, {measured.before, measured.after, measured.seconds});
  if (database) {
    database->judge(checked.targets, checked.judgement);
    source += (source.empty() ? "" : " and ") + database->name();
  }
  checked.source = {std::move(source), arguments.config, measured.seconds};
}

Checked judged(const CheckArguments& arguments) {
  Checked checked;
  checked.targets = load_targets(arguments);
  measure_and_judge(arguments, checked);
  checked.forgives_warnings = arguments.fail_on == "critical";
  const auto verdict = worst(checked.judgement.rows);
  checked.status = verdict == Verdict::Warning && checked.forgives_warnings ? 0 : exit_code(verdict);
  return checked;
}

Checked failed(const CheckArguments& arguments, std::string reason) {
  Checked checked;
  for (auto at = reason.find('\n'); at != reason.npos; at = reason.find('\n')) reason.replace(at, 1, "; ");
  checked.judgement.failure = std::move(reason);
  const auto source = source_name(arguments);
  checked.source = {source.empty() ? "PostgreSQL" : source, arguments.config, std::nullopt};
  return checked;
}

std::string report(std::string_view form, const Checked& checked, bool colour) {
  const auto& [targets, judgement, source, status, forgives_warnings, database] = checked;
  if (form == "json") return to_json(source, judgement);
  if (form == "junit") return to_junit(source, judgement, forgives_warnings);
  if (form == "markdown") return to_markdown(source, judgement);
  if (form == "nagios") return to_nagios(judgement, status);
  if (form == "github") return to_github(source, judgement);
  return to_table(source, judgement, colour);
}

void write_failure(const std::vector<WantedReport>& reports, const Checked& checked) {
  for (const auto& [form, file] : reports) {
    try {
      write_report(file, report(form, checked, false));
    } catch (const std::runtime_error&) {
      // What made the check fail is told, and the file is empty.
    }
  }
}

}  // namespace

CommandResult check(const CheckArguments& arguments) {
  if (arguments.print_targets) return {std::string(builtin_targets()), 0};
  if (arguments.url.empty() && arguments.before.empty() && !arguments.database) {
    throw std::invalid_argument("give --url, --database, or --before and --after; see vitals check --help");
  }
  const auto reports = wanted_reports(arguments);
  empty_files(reports);
  Checked checked;
  try {
    checked = judged(arguments);
  } catch (const std::exception& error) {
    write_failure(reports, failed(arguments, error.what()));
    throw;
  }
  for (const auto& [form, file] : reports) write_report(file, report(form, checked, false));
  return {report(arguments.format, checked, wants_colour(arguments)), checked.status};
}

}  // namespace vitals::tool
