// The command line of vitals. What its subcommands do is in check/, dashboards/, levels/, lint/, load/, rules/ and
// top/; this is the only source that compiles CLI11.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <CLI/Validators.hpp>

#include <vitals/lint.hpp>

#include "core/text/nearest.hpp"
#include "tool/check/check.hpp"
#include "tool/dashboards/dashboards.hpp"
#include "tool/input/fetch.hpp"
#include "tool/levels/levels.hpp"
#include "tool/lint/lint.hpp"
#include "tool/load/load.hpp"
#include "tool/rules/rules.hpp"
#include "tool/text/command_result.hpp"
#include "tool/text/utf8.hpp"
#include "tool/top/top.hpp"

namespace vitals::tool {
namespace {

// A wrong command line must not look like a verdict: 1 and 2 are verdicts of the subcommands.
constexpr int kUnusable = 3;

constexpr const char* kCheckFooter = R"(
Scrapes the service, waits, scrapes it again and judges what happened in between: put load on it meanwhile.

  vitals check --url http://127.0.0.1:9464/metrics --duration 30s
  vitals levels init service-levels.yml             a file to start your own from
  vitals check --url http://127.0.0.1:9464/metrics --config service-levels.yml --format json
  vitals check --prometheus http://127.0.0.1:9090 --job clinic --window 5m
  vitals check --database 'host=db dbname=clinic'    its slow statements, connections, locks and caches
  vitals check --before a.prom --after b.prom       text, OpenMetrics or protobuf, also compressed by gzip

Exit status: 0 every target is met, 1 warning: one is missed, 2 critical: one is beyond its critical threshold,
3 unknown: a metric is missing, there are too few samples, the process was restarted, the address can't be reached,
or the command line or the file is wrong. Critical goes before unknown, unknown before warning.)";

std::string must_be_utf8(const std::string& text) {
  return is_utf8(text) ? "" : printable(text, 100) + " is not UTF-8, as all names in Prometheus are; write it in UTF-8";
}

void add_credentials(CLI::App& app, CredentialOptions& options) {
  app.add_option("--header", options.headers,
                 "Send this header, 'Name: value', or those of a file, one a line: @FILE; can be given several times")
      ->type_name("HEADER")
      ->allow_extra_args(false);
  auto* file = app.add_option("--bearer-token-file", options.bearer_token_file,
                              "Send the token in this file; else that of the environment's VITALS_BEARER_TOKEN");
  auto* token = app.add_option("--bearer-token", options.bearer_token, "Send this token (which ps shows)");
  auto* user = app.add_option("--user", options.user,
                              "Basic authentication; without a password (which ps shows), that of --password-file or "
                              "of the environment's VITALS_PASSWORD");
  auto* password = app.add_option("--password-file", options.password_file, "The password of --user");
  file->type_name("FILE")->excludes(token)->excludes(user);
  token->type_name("TOKEN")->excludes(user);
  user->type_name("NAME[:PASSWORD]");
  password->type_name("FILE")->needs(user);
  auto* ca = app.add_option("--ca-file", options.tls.ca_file,
                            "Of https: whose certificates are taken (default: the system's)");
  ca->type_name("FILE");
  app.add_flag("--insecure", options.tls.insecure, "Of https: take any certificate")->excludes(ca);
  auto* certificate =
      app.add_option("--cert", options.tls.certificate, "Of https: show this certificate, if the server asks for one");
  certificate->type_name("FILE");
  app.add_option("--key", options.tls.key, "Its key (default: in the same file)")
      ->type_name("FILE")
      ->needs(certificate);
}

void add_sources(CLI::App& app, CheckArguments& arguments) {
  auto* url = app.add_option("--url", arguments.url, "Address of the metrics")->type_name("URL");
  auto* prometheus = app.add_option("--prometheus", arguments.prometheus,
                                    "Judge by what a Prometheus server has of the service: its address");
  prometheus->type_name("URL")->excludes(url);
  app.add_option("--window", arguments.window, "Of the Prometheus server: the time that is judged (default 5m)")
      ->type_name("TIME")
      ->needs(prometheus);
  app.add_option("--job", arguments.job, "Of the Prometheus server: the job that is judged")
      ->type_name("NAME")
      ->check(must_be_utf8)
      ->needs(prometheus);
  app.add_option("--selector", arguments.selector,
                 "Of the Prometheus server: more matchers of the series, such as 'env=\"prod\"'")
      ->type_name("MATCHERS")
      ->needs(prometheus);
  auto* before = app.add_option("--before", arguments.before, "Judge two saved scrapes instead: the first");
  auto* after = app.add_option("--after", arguments.after, "The second");
  auto* database = app.add_option("--database", arguments.database,
                                  "Judge a PostgreSQL, alone or besides: 'host=db dbname=clinic user=vitals'. Without "
                                  "--url and --duration all since its statistics were reset; the password (which ps "
                                  "shows) better in PGPASSWORD or ~/.pgpass");
  database->type_name("DSN")->excludes(prometheus);
  before->type_name("FILE")->needs(after)->excludes(url)->excludes(prometheus)->excludes(database);
  after->type_name("FILE")->needs(before)->excludes(url)->excludes(prometheus);
  app.add_option(
         "--duration", arguments.duration,
         "Time between the scrapes (default 30s); with --before, needed for rates only, and only if samples have no "
         "timestamps")
      ->type_name("TIME")
      ->each([&arguments](const std::string&) { arguments.duration_given = true; });
  app.add_option("--timeout", arguments.timeout, "Limit for each request (default 10s)")->type_name("TIME");
  add_credentials(app, arguments.credentials);
}

void add_judgement(CLI::App& app, CheckArguments& arguments) {
  app.add_option(
         "--config", arguments.config,
         "Service levels, or a targets file (default: built-in targets, for what the service has of vitals' own "
         "metrics)")
      ->type_name("FILE");
  app.add_flag("--print-targets", arguments.print_targets, "Print the built-in targets file and exit");
  app.add_option("--min-samples", arguments.min_samples,
                 "Fewer events are too few to judge (default: the targets file's, 20)")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000));
  app.add_option("--fail-on", arguments.fail_on, "warning (default), or critical: a warning exits with 0")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"warning", "critical"}));
  app.add_option("--format", arguments.format, "table (default), json, junit, markdown, nagios or github")
      ->type_name("FORM")
      ->check(CLI::IsMember(std::vector<std::string>{kReportForms.begin(), kReportForms.end()}));
  app.add_option("--report", arguments.reports,
                 "Write the result to a file in this form besides, such as junit=check.xml; can be given several times")
      ->type_name("FORM=FILE")
      ->allow_extra_args(false);
  auto* baseline =
      app.add_option("--baseline", arguments.baseline,
                     "Compare with an earlier report, which --format json wrote: what got worse is a warning");
  baseline->type_name("FILE");
  app.add_option("--max-regression", arguments.max_regression, "How much worse is still no warning (default 10%)")
      ->type_name("SHARE")
      ->needs(baseline);
  app.add_option(
         "--watch", arguments.watch,
         "Judge again after each such time, until Ctrl-C: the last --duration of a service, or the last --window")
      ->type_name("TIME");
  app.add_flag("--no-color", arguments.no_color, "No colour, even on a terminal; NO_COLOR does the same");
}

void add_check(CLI::App& app, CheckArguments& arguments) {
  add_sources(app, arguments);
  add_judgement(app, arguments);
  app.footer(kCheckFooter);
}

std::string must_be_rule(const std::string& name) {
  const auto rules = lint_rules();
  if (std::find(rules.begin(), rules.end(), name) != rules.end()) return {};
  return "there is no rule " + printable(name, 100) + detail::did_you_mean(name, rules) + "; docs/lint.md has them all";
}

constexpr const char* kLintFooter = R"(
Checks the metrics themselves: the format to the letter, duplicate series, incomplete histograms, impossible values,
names that break the conventions. docs/lint.md explains each rule.

  vitals lint http://127.0.0.1:9464/metrics
  vitals lint http://127.0.0.1:9464/metrics --format openmetrics
  vitals lint metrics.prom --ignore help-missing --warnings-as-errors

Exit status: 0 nothing to say, 1 warnings only, 2 errors, 3 the source can't be read or the command line is wrong.)";

void add_lint(CLI::App& app, LintArguments& arguments) {
  app.add_option("SOURCE", arguments.source, "A file, - for the standard input, or an http:// or https:// address")
      ->required()
      ->type_name("");
  app.add_option("--format", arguments.format,
                 "text, text1 (1.0.0 with quoted names), openmetrics or protobuf: what to ask an address for (default "
                 "text), and what a file is (default: as it looks)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "text1", "openmetrics", "protobuf"}));
  app.add_option("--ignore", arguments.lint.ignored, "Leave out the problems of this rule; can be given several times")
      ->type_name("RULE")
      ->check(must_be_rule)
      ->allow_extra_args(false);
  auto* strict = app.add_flag("--warnings-as-errors", arguments.warnings_as_errors, "Count warnings as errors");
  app.add_flag_callback(
         "--no-warnings", [&arguments] { arguments.lint.warnings = false; }, "Leave out warnings")
      ->excludes(strict);
  app.add_flag("--json", arguments.json, "Print one JSON object");
  app.add_option("--timeout", arguments.timeout, "Limit for the scrape of an address (default 10s)")->type_name("TIME");
  add_credentials(app, arguments.credentials);
  app.footer(kLintFooter);
}

constexpr const char* kLevelsFooter = R"(
Service levels are what a service promises: response times, error rates and the like, declared once. docs/levels.md
explains each key.

  vitals levels init service-levels.yml
  vitals levels check service-levels.yml

Exit status: 0 done, 3 the file has mistakes, can't be read or written, or the command line is wrong. Each mistake is
a line with file, line and column.)";

void add_levels(CLI::App& app, LevelsArguments& arguments) {
  app.require_subcommand(1);
  app.add_subcommand("init", "Write a commented file to start from")
      ->add_option("FILE", arguments.file, "A file that there isn't yet (default: the standard output)")
      ->type_name("");
  app.add_subcommand("check", "Find all mistakes in a file of service levels")
      ->add_option("FILE", arguments.file, "The file")
      ->required()
      ->type_name("");
  app.footer(kLevelsFooter);
}

constexpr const char* kRulesFooter = R"(
From service levels: rules for Prometheus that record what they promise and alert when it isn't kept, and promtool's
unit tests of these rules. docs/rules.md explains each.

  vitals rules --config service-levels.yml --output rules --check

Exit status: 0 written, 3 the file has mistakes, something can't be written, promtool is missing or finds a fault, or
the command line is wrong. Files that it has not written are never overwritten.)";

void add_rules(CLI::App& app, RulesArguments& arguments) {
  app.add_option("--config", arguments.config, "Service levels")->required()->type_name("FILE");
  app.add_option("--output", arguments.output, "Where to write; made if there is none")
      ->required()
      ->type_name("FOLDER");
  app.add_option(
         "--pack", arguments.pack,
         "explicit (sla.rules.yml: what the file declares, over the metrics of vitals), static (slo.rules.yml: over "
         "the objectives that services count themselves, one file for all), or all (default)")
      ->type_name("PACK")
      ->check(CLI::IsMember({"explicit", "static", "all"}));
  app.add_option("--job", arguments.job,
                 "Rules for this job alone, where a Prometheus has services of different levels")
      ->type_name("NAME")
      ->check(must_be_utf8);
  app.add_option(
         "--runbooks", arguments.runbooks,
         "Where the pages of alerts are, for their runbook_url: ADDRESS/HighErrorRate.md (default docs/runbooks)")
      ->type_name("ADDRESS");
  app.add_flag("--check", arguments.check, "Let promtool check the rules and run their tests");
  app.footer(kRulesFooter);
}

constexpr const char* kDashboardsFooter = R"(
From service levels: dashboards for Grafana 10 and newer, whose lines and colours are what the levels promise.
docs/dashboards.md shows each. History and service levels are of what vitals rules records.

  vitals dashboards --config service-levels.yml --output dashboards

Exit status: 0 written, 3 the file has mistakes, something can't be written, or the command line is wrong. Files that
it has not written are never overwritten.)";

void add_dashboards(CLI::App& app, DashboardsArguments& arguments) {
  app.add_option("--config", arguments.config, "Service levels")->required()->type_name("FILE");
  app.add_option("--output", arguments.output, "Where to write; made if there is none")
      ->required()
      ->type_name("FOLDER");
  app.add_option("--job", arguments.job,
                 "Dashboards of this job alone, where a Prometheus has services of different levels (default: jobs are "
                 "chosen in Grafana)")
      ->type_name("NAME")
      ->check(must_be_utf8);
  app.add_flag("--all", arguments.all,
               "Dashboards of endpoints, database and cache even if there are no levels on them");
  app.footer(kDashboardsFooter);
}

constexpr const char* kLoadFooter = R"(
Sends requests at a rate that doesn't depend on how fast the server answers, and counts latency from when each was due,
so that a stall shows in full (no coordinated omission). docs/load.md explains the scenario.

  vitals load --url http://127.0.0.1:8080/api/health --rate 1000 --duration 10s
  vitals load init load.yml                         a scenario to start from
  vitals load --scenario load.yml --config service-levels.yml --report html=load.html
  vitals load --scenario load.yml --users 100       each sends, awaits the answer, thinks, sends again

Exit status: with --config that of vitals check, judged by what the client saw: 0 every target is met, 1 warning,
2 critical, 3 unknown. Without it 0 if every request succeeded, else 1. 3 also if the command line or a file is wrong,
or the setup failed; 130 if it was interrupted.)";

void add_load_pace(CLI::App& app, ScenarioOptions& options) {
  app.add_option("--url", options.url, "The server, in place of the scenario's; without a scenario what to GET")
      ->type_name("URL");
  auto* rate = app.add_option("--rate", options.rate, "Requests per second, whatever the server answers");
  rate->type_name("RATE");
  auto* users = app.add_option("--users", options.users, "Users who each await their answer instead: a closed loop");
  users->type_name("N")->excludes(rate);
  app.add_option("--duration", options.duration, "How long (without a scenario default 10s)")->type_name("TIME");
  app.add_flag("--poisson", options.poisson, "Arrivals independent of each other instead of evenly spaced")
      ->excludes(users);
  app.add_option("--connections", options.connections, "Keep-alive connections at most (default 64)")->type_name("N");
  app.add_option("--threads", options.threads, "Threads that send (default 1)")->type_name("N");
  app.add_option("--timeout", options.timeout, "Limit for each request (default 10s)")->type_name("TIME");
  app.add_option("--seed", options.seed, "Of random values: the same seed, the same requests")->type_name("N");
}

void add_load(CLI::App& app, LoadArguments& arguments) {
  app.add_option("--scenario", arguments.scenario, "What to send, how fast and for how long")->type_name("FILE");
  add_load_pace(app, arguments.options);
  app.add_option("--config", arguments.config, "Service levels, or a targets file, to judge by")->type_name("FILE");
  app.add_option("--fail-on", arguments.fail_on, "warning (default), or critical: a warning exits with 0")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"warning", "critical"}));
  app.add_option("--format", arguments.format, "table (default), json or html")
      ->type_name("FORM")
      ->check(CLI::IsMember({"table", "json", "html"}));
  app.add_option("--report", arguments.reports,
                 "Write the result to a file in this form besides, such as html=load.html; can be given several times")
      ->type_name("FORM=FILE")
      ->allow_extra_args(false);
  app.add_flag("--no-color", arguments.no_color, "No colour, even on a terminal; NO_COLOR does the same");
  app.add_option("--ca-file", arguments.tls.ca_file, "Of https: whose certificates are taken (default: the system's)")
      ->type_name("FILE");
  app.add_flag_callback(
      "--insecure", [&arguments] { arguments.tls.verify = false; }, "Of https: take any certificate");
  app.add_subcommand("init", "Write a commented scenario to start from")
      ->add_option("FILE", arguments.init, "A file that there isn't yet (default: the standard output)")
      ->type_name("");
  app.footer(kLoadFooter);
}

constexpr const char* kTopFooter = R"(
The live page for a terminal: figures with their targets, routes, statements, caches, pools and service levels, by
what vitals check counts. ? shows the keys. Where the standard output is no terminal, update follows update.

  vitals top --url http://127.0.0.1:9464/metrics
  vitals top --url http://127.0.0.1:9464/metrics --config service-levels.yml --interval 5s
  vitals top --url http://127.0.0.1:9464/metrics --once

Exit status: 0, 3 there was no answer at last or the command line or the file is wrong, 128 and its number for a signal.
Whether targets are met is for vitals check.)";

void add_top(CLI::App& app, TopArguments& arguments) {
  app.add_option("--url", arguments.service.url, "Address of the metrics")->required()->type_name("URL");
  app.add_option("--config", arguments.service.config, "Service levels, or a targets file (default: built-in targets)")
      ->type_name("FILE");
  app.add_option("--interval", arguments.interval, "Time from one scrape to the next (default 2s)")->type_name("TIME");
  app.add_option("--window", arguments.window, "Of which time percentiles, rates and ratios are (default 60s)")
      ->type_name("TIME");
  auto* once = app.add_flag("--once", arguments.once, "Print the first window, that of two scrapes, and end");
  app.add_option("--count", arguments.count, "End after so many updates")
      ->type_name("N")
      ->check(CLI::Range(1, 1'000'000'000))
      ->excludes(once);
  app.add_option("--timeout", arguments.service.timeout, "Limit for each request (default 10s)")->type_name("TIME");
  app.add_flag("--no-color", arguments.service.no_color, "No colour, even on a terminal; NO_COLOR does the same");
  add_credentials(app, arguments.service.credentials);
  app.footer(kTopFooter);
}

// A text without what may be a secret: the credentials of an address, the values of a connection string.
std::string without_secrets(const std::string& text) {
  const auto equals = text.find('=');
  return is_address(text) || equals == text.npos ? without_credentials_if_any(text) : text.substr(0, equals) + "=***";
}

// What is wrong with the command line. Of arguments that were not expected only what can be no secret: names of options
// without their values, and other texts without secrets.
std::string failure(const CLI::App* app, const CLI::Error& error) {
  if (error.get_exit_code() != static_cast<int>(CLI::ExitCodes::ExtrasError))
    return CLI::FailureMessage::simple(app, error);
  std::vector<std::string> shown;
  bool is_value = false;
  for (const auto& argument : app->remaining(true)) {
    const bool is_option = argument.size() > 1 && argument.front() == '-';
    const auto name = argument.starts_with("--") ? argument.substr(0, argument.find('=')) : argument.substr(0, 2);
    if (is_option || !is_value) shown.push_back(printable(is_option ? name : without_secrets(argument), 200));
    is_value = is_option && argument.find('=') == argument.npos;
  }
  return CLI::FailureMessage::simple(app, CLI::ExtrasError(shown));
}

// An answer that nobody could read is no "ok".
int print(const CommandResult& result) {
  const auto& text = result.output;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::runtime_error("can't write to the standard output");
  if (!result.fault.empty()) throw std::runtime_error(result.fault);
  return result.status;
}

int run(int argc, char** argv) {
  CLI::App vitals{"Judges the metrics of a running service: its service levels, and the metrics themselves.", "vitals"};
  vitals.set_version_flag("--version", "vitals " VITALS_VERSION);
  vitals.require_subcommand(1);
  vitals.failure_message(failure);
  CheckArguments check_arguments;
  LintArguments lint_arguments;
  auto* check_app =
      vitals.add_subcommand("check", "Measure a running service for a while and judge it against its targets");
  add_check(*check_app, check_arguments);
  DashboardsArguments dashboards_arguments;
  auto* dashboards_app = vitals.add_subcommand("dashboards", "Write dashboards for Grafana from service levels");
  add_dashboards(*dashboards_app, dashboards_arguments);
  LevelsArguments levels_arguments;
  auto* levels_app = vitals.add_subcommand("levels", "Write and check the file that declares service levels");
  add_levels(*levels_app, levels_arguments);
  auto* lint_app = vitals.add_subcommand("lint", "Check the metrics of a file or an address for mistakes");
  add_lint(*lint_app, lint_arguments);
  LoadArguments load_arguments;
  auto* load_app = vitals.add_subcommand("load", "Send requests at a rate, and judge the answers by the same targets");
  add_load(*load_app, load_arguments);
  RulesArguments rules_arguments;
  auto* rules_app = vitals.add_subcommand("rules", "Write rules and alerts for Prometheus from service levels");
  add_rules(*rules_app, rules_arguments);
  TopArguments top_arguments;
  auto* top_app = vitals.add_subcommand("top", "Show a running service on the terminal, live");
  add_top(*top_app, top_arguments);
  try {
    vitals.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return vitals.exit(error) == 0 ? 0 : kUnusable;
  }
  try {
    if (check_app->parsed()) return print(check(check_arguments));
    if (lint_app->parsed()) return print(lint(lint_arguments));
    if (dashboards_app->parsed()) return print(dashboards(dashboards_arguments));
    if (load_app->parsed())
      return print(load_app->got_subcommand("init") ? load_init(load_arguments) : load(load_arguments));
    if (rules_app->parsed()) return print(rules(rules_arguments));
    if (top_app->parsed()) return print(top(top_arguments));
    return print(levels_app->got_subcommand("init") ? levels_init(levels_arguments) : levels_check(levels_arguments));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitals %s: %s\n", vitals.get_subcommands().front()->get_name().c_str(), error.what());
    return kUnusable;
  }
}

}  // namespace
}  // namespace vitals::tool

int main(int argc, char** argv) {
  try {
    return vitals::tool::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vitals: %s\n", error.what());
    return vitals::tool::kUnusable;
  }
}
