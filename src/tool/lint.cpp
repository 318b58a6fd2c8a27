#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>
#include <fmt/format.h>

#include <vitals/lint.hpp>

#include "core/lint/rules.hpp"
#include "lint/line/exposition_line.hpp"
#include "lint/line/exposition_line_parser.hpp"
#include "tool/command.hpp"
#include "tool/exposition.hpp"
#include "tool/fetch.hpp"
#include "tool/json_text.hpp"
#include "tool/units.hpp"
#include "tool/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr int kUnusable = 3;

struct Options {
  std::string source, format;
  std::string timeout = "10s";
  LintOptions lint;
  bool json = false;
  bool warnings_as_errors = false;
};

struct FormatName {
  const char* name;
  LintFormat format;
  const char* accept;
};
constexpr FormatName kFormats[] = {
    {"text", LintFormat::Text, "text/plain; version=0.0.4"},
    {"text1", LintFormat::Text1, "text/plain; version=1.0.0; escaping=allow-utf-8"},
    {"openmetrics", LintFormat::OpenMetrics, "application/openmetrics-text; version=1.0.0"},
    {"protobuf", LintFormat::Protobuf,
     "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"}};

const FormatName& by_name(const std::string& name) {
  return *std::find_if(std::begin(kFormats), std::end(kFormats), [&](const auto& f) { return name == f.name; });
}

const char* name_of(LintFormat format) {
  return std::find_if(std::begin(kFormats), std::end(kFormats), [&](const auto& f) { return format == f.format; })
      ->name;
}

struct Linted {
  std::string source;
  LintFormat format = LintFormat::Text;
  std::vector<LintProblem> problems;
};

// A body without metrics would pass, and with it the server that could not answer a `curl -s` before this command.
bool has_metrics(std::string_view body, LintFormat format) {
  if (format == LintFormat::Protobuf) return !body.empty();
  using Kind = detail::ExpositionLine::Kind;
  detail::ExpositionLineParser parser{format};
  while (!body.empty()) {
    const auto line = body.substr(0, body.find('\n'));
    const auto kind = parser.parse(line).kind;
    if (kind != Kind::Blank && kind != Kind::Comment && kind != Kind::Eof) return true;
    body.remove_prefix(std::min(line.size() + 1, body.size()));
  }
  return false;
}

// Of the answer as a whole.
void add_error(const Options& options, std::vector<LintProblem>& problems, detail::LintRule rule, std::string message) {
  const auto& ignored = options.lint.ignored;
  const std::string id{detail::entry_of(rule).id};
  if (std::find(ignored.begin(), ignored.end(), id) == ignored.end())
    problems.insert(problems.begin(), {0, 0, "", id, std::move(message), LintProblem::Severity::Error});
}

std::vector<LintProblem> lint_body(const Options& options, std::string_view body, LintFormat format) {
  auto problems = lint_exposition(body, format, options.lint);
  if (!has_metrics(body, format))
    add_error(options, problems, detail::LintRule::NoMetrics, "there are no metrics: nothing was checked");
  return problems;
}

// An address without its scheme: localhost:9464, 10.0.0.1/metrics, app/metrics.
bool seems_address(const std::string& source) {
  const auto slash = source.find('/');
  const auto host = source.substr(0, slash);
  if (host.empty() || host.starts_with('.')) return false;
  const auto colon = host.rfind(':');
  const bool port = colon != host.npos && colon > 0 && colon + 1 < host.size() &&
                    host.find_first_not_of("0123456789", colon + 1) == host.npos;
  if (port || slash == source.npos) return port;
  return host == "localhost" || host.find('.') != host.npos || source.substr(slash) == "/metrics";
}

Linted lint_file(const Options& options) {
  const bool input = options.source == "-";
  std::error_code unknown;
  if (!input && !std::filesystem::exists(options.source, unknown) && seems_address(options.source))
    throw std::runtime_error("there is no such file; an address needs its scheme: " +
                             without_credentials("http://" + options.source));
  Linted result{input ? "(standard input)" : options.source, LintFormat::Text, {}};
  const auto body = read_file(input ? "/dev/stdin" : options.source, kMaxExpositionBytes);
  result.format = options.format.empty() ? detect_lint_format(body) : by_name(options.format).format;
  result.problems = lint_body(options, body, result.format);
  return result;
}

// The answered Content-Type decides how a scraper reads the body, and so how it is judged.
Linted lint_url(const Options& options, std::chrono::milliseconds limit) {
  const std::string name = options.format.empty() ? "text" : options.format;
  const auto& wanted = by_name(name);
  const auto answer = fetch_url(options.source, limit, wanted.accept);
  const auto format = lint_format_of(answer.content_type);
  Linted result{without_credentials(options.source), format.value_or(detect_lint_format(answer.body)), {}};
  result.problems = lint_body(options, answer.body, result.format);
  if (!format) {
    const auto type = answer.content_type.empty() ? "none" : printable(answer.content_type);
    add_error(
        options, result.problems, detail::LintRule::ContentType,
        fmt::format("the answer's Content-Type is {}, malformed or of no metrics; Prometheus 3 refuses it", type));
  } else if (result.format != wanted.format) {
    std::fprintf(stderr, "vitals lint: asked for %s, the server answered with %s\n", wanted.name, name_of(*format));
  }
  return result;
}

bool is_error(const LintProblem& problem) { return problem.severity == LintProblem::Severity::Error; }

std::string to_lines(const Linted& linted, std::size_t errors) {
  std::string out;
  for (const auto& problem : linted.problems) {
    out += linted.source;
    if (problem.line > 0) out += fmt::format(":{}:{}", problem.line, problem.column);
    out += is_error(problem) ? ": error: " : ": warning: ";
    if (!problem.metric.empty()) out += printable(problem.metric, 200) + ": ";
    out += fmt::format("{} [{}]\n", printable(problem.message, 500), problem.rule);
  }
  const auto warnings = linted.problems.size() - errors;
  const auto count = [](std::size_t n, const char* what) { return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s"); };
  return out + fmt::format("{} ({}): {}, {}\n", linted.source, name_of(linted.format), count(errors, "error"),
                           count(warnings, "warning"));
}

std::string to_json(const Linted& linted, std::size_t errors) {
  std::string out =
      fmt::format("{{\"source\": {}, \"format\": \"{}\", \"errors\": {}, \"warnings\": {}, \"problems\": [",
                  json_text(linted.source), name_of(linted.format), errors, linted.problems.size() - errors);
  const char* separator = "\n  ";
  for (const auto& problem : linted.problems) {
    out += fmt::format(
        "{}{{\"line\": {}, \"column\": {}, \"severity\": \"{}\", \"metric\": {}, \"rule\": \"{}\", \"message\": {}}}",
        separator, problem.line, problem.column, is_error(problem) ? "error" : "warning", json_text(problem.metric),
        problem.rule, json_text(problem.message));
    separator = ",\n  ";
  }
  return out + "\n]}\n";
}

int run(const Options& options) {
  const bool url = options.source.starts_with("http://") || options.source.starts_with("https://");
  const std::chrono::duration<double> limit(seconds_option("--timeout", options.timeout));
  auto linted = url ? lint_url(options, std::chrono::ceil<std::chrono::milliseconds>(limit)) : lint_file(options);
  if (options.warnings_as_errors) {
    for (auto& problem : linted.problems) problem.severity = LintProblem::Severity::Error;
  }
  const auto errors = static_cast<std::size_t>(std::count_if(linted.problems.begin(), linted.problems.end(), is_error));
  const auto text = options.json ? to_json(linted, errors) : to_lines(linted, errors);
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("can't write to the standard output");
  return errors > 0 ? 2 : linted.problems.empty() ? 0 : 1;
}

std::string must_be_rule(const std::string& name) {
  const auto rules = lint_rules();
  if (std::find(rules.begin(), rules.end(), name) != rules.end()) return {};
  return fmt::format("there is no rule {}; docs/lint.md has them all", printable(name, 100));
}

constexpr const char* kFooter = R"(
Checks the metrics themselves: the format to the letter, duplicate series, incomplete histograms, impossible values,
names that break the conventions. docs/lint.md explains each rule.

  vitals lint http://127.0.0.1:9464/metrics
  vitals lint http://127.0.0.1:9464/metrics --format openmetrics
  vitals lint metrics.prom --ignore help-missing --warnings-as-errors

Exit status: 0 nothing to say, 1 warnings only, 2 errors, 3 the source can't be read or the command line is wrong.)";

}  // namespace

Command add_lint(CLI::App& vitals) {
  auto* app = vitals.add_subcommand("lint", "Check the metrics of a file or an address for mistakes");
  const auto options = std::make_shared<Options>();
  app->add_option("SOURCE", options->source, "A file, - for the standard input, or an http:// or https:// address")
      ->required()
      ->type_name("");
  app->add_option("--format", options->format,
                  "text, text1 (1.0.0 with quoted names), openmetrics or protobuf: what to ask an address for (default "
                  "text), and what a file is (default: as it looks)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "text1", "openmetrics", "protobuf"}));
  app->add_option("--ignore", options->lint.ignored, "Leave out the problems of this rule; can be given several times")
      ->type_name("RULE")
      ->check(must_be_rule)
      ->allow_extra_args(false);
  auto* strict = app->add_flag("--warnings-as-errors", options->warnings_as_errors, "Count warnings as errors");
  app->add_flag_callback(
         "--no-warnings", [options] { options->lint.warnings = false; }, "Leave out warnings")
      ->excludes(strict);
  app->add_flag("--json", options->json, "Print one JSON object");
  app->add_option("--timeout", options->timeout, "Limit for the scrape of an address (default 10s)")->type_name("TIME");
  app->footer(kFooter);
  return {app, [options] {
            try {
              return run(*options);
            } catch (const std::exception& error) {
              std::fprintf(stderr, "vitals lint: %s\n", error.what());
              return kUnusable;
            }
          }};
}

}  // namespace vitals::tool
