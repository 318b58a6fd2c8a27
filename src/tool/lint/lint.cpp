#include "tool/lint/lint.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "core/lint/rules.hpp"
#include "lint/line/exposition_line.hpp"
#include "lint/line/exposition_line_parser.hpp"
#include "tool/input/exposition.hpp"
#include "tool/input/fetch.hpp"
#include "tool/text/json_text.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

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

// Whether there is anything to check. Otherwise the empty output of a `curl -s` that failed would pass.
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

// Adds an error about the answer as a whole, unless its rule is ignored.
void add_error(const LintArguments& arguments, std::vector<LintProblem>& problems, detail::LintRule rule,
               std::string message) {
  const auto& ignored = arguments.lint.ignored;
  const std::string id{detail::entry_of(rule).id};
  if (std::find(ignored.begin(), ignored.end(), id) == ignored.end())
    problems.insert(problems.begin(), {0, 0, "", id, std::move(message), LintProblem::Severity::Error});
}

std::vector<LintProblem> lint_body(const LintArguments& arguments, std::string_view body, LintFormat format) {
  auto problems = lint_exposition(body, format, arguments.lint);
  if (!has_metrics(body, format))
    add_error(arguments, problems, detail::LintRule::NoMetrics, "there are no metrics: nothing was checked");
  return problems;
}

// Whether this looks like an address without its scheme: localhost:9464, 10.0.0.1/metrics, app/metrics.
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

Linted lint_file(const LintArguments& arguments) {
  const bool input = arguments.source == "-";
  std::error_code unknown;
  if (!input && !std::filesystem::exists(arguments.source, unknown) && seems_address(arguments.source))
    throw std::runtime_error("there is no such file; an address needs its scheme: " +
                             without_credentials("http://" + arguments.source));
  Linted result{input ? "(standard input)" : arguments.source, LintFormat::Text, {}};
  const auto body = read_exposition_file(input ? "/dev/stdin" : arguments.source);
  require_no_page(body, result.source);
  result.format = arguments.format.empty() ? detect_lint_format(body) : by_name(arguments.format).format;
  result.problems = lint_body(arguments, body, result.format);
  return result;
}

// The answered Content-Type decides how a scraper reads the body, and so how it is judged.
Linted lint_url(const LintArguments& arguments, std::chrono::milliseconds limit) {
  const std::string name = arguments.format.empty() ? "text" : arguments.format;
  const auto& wanted = by_name(name);
  const auto answer = fetch_url(arguments.source, limit, wanted.accept, credentials_of(arguments.credentials));
  require_no_page(answer.body, arguments.source);
  const auto format = lint_format_of(answer.content_type);
  Linted result{without_credentials(arguments.source), format.value_or(detect_lint_format(answer.body)), {}};
  result.problems = lint_body(arguments, answer.body, result.format);
  if (!format) {
    const auto type = answer.content_type.empty() ? "none" : printable(answer.content_type);
    add_error(
        arguments, result.problems, detail::LintRule::ContentType,
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

}  // namespace

CommandResult lint(const LintArguments& arguments) {
  const std::chrono::duration<double> limit(seconds_option("--timeout", arguments.timeout));
  auto linted = is_address(arguments.source) ? lint_url(arguments, std::chrono::ceil<std::chrono::milliseconds>(limit))
                                             : lint_file(arguments);
  if (arguments.warnings_as_errors) {
    for (auto& problem : linted.problems) problem.severity = LintProblem::Severity::Error;
  }
  const auto errors = static_cast<std::size_t>(std::count_if(linted.problems.begin(), linted.problems.end(), is_error));
  const int status = errors > 0 ? 2 : linted.problems.empty() ? 0 : 1;
  return {arguments.json ? to_json(linted, errors) : to_lines(linted, errors), status};
}

}  // namespace vitals::tool
