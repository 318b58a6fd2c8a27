#include "tool/load/load.hpp"

#include <array>
#include <optional>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>

#include "tool/input/fetch.hpp"
#include "tool/load/load_metrics.hpp"
#include "tool/load/load_run.hpp"
#include "tool/load/report.hpp"
#include "tool/load/server.hpp"
#include "tool/load/verdict.hpp"
#include "tool/text/report_files.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMostScenario = (std::size_t{1} << 20) + 1;  // which its reader refuses
constexpr std::array<std::string_view, 3> kForms{"table", "json", "html"};
constexpr int kSomeFailed = 1;
constexpr int kInterrupted = 130;

Scenario scenario_of(const LoadArguments& arguments) {
  if (!arguments.scenario.empty())
    return read_scenario(read_file(arguments.scenario, kMostScenario), arguments.scenario, arguments.options);
  if (arguments.options.url.empty())
    throw std::invalid_argument("give --scenario or --url; vitals load init FILE writes a scenario to start from");
  return scenario_of_url(arguments.options);
}

std::string text_of(std::string_view form, const LoadReport& report, bool colour) {
  if (form == "json") return load_json(report);
  if (form == "html") return load_html(report);
  return load_table(report, colour);
}

int status_of(const LoadReport& report, bool forgives_warnings) {
  if (report.result->interrupted) return kInterrupted;
  if (!report.checked) return report.is_good() ? 0 : kSomeFailed;
  const int status = tool::status_of(worst(report.checked->judgement.rows), forgives_warnings);
  const bool is_whole = report.all.tally.requests > 0 && report.result->tally.unsent == 0;
  return status == 0 && (!is_whole || report.has_unjudged_failures()) ? kSomeFailed : status;
}

}  // namespace

CommandResult load(const LoadArguments& arguments) {
  const auto reports = report_files(arguments.reports, kForms, "html=load.html");
  const auto scenario = scenario_of(arguments);
  std::optional<LoadTargets> targets;
  if (!arguments.config.empty()) targets.emplace(arguments.config, scenario);
  must_be_writable(reports, std::array{arguments.scenario, arguments.config, arguments.tls.ca_file});
  const auto server = find_server(scenario.url, arguments.tls);

  LoadMetrics metrics(scenario.requests, targets ? targets->thresholds() : std::vector<double>{});
  const auto result = run_load(scenario, server, metrics);
  std::optional<Checked> checked;
  std::string faults;
  try {
    if (targets) checked = targets->judge(metrics, sending_seconds(scenario, result));
  } catch (const std::exception& error) {
    // What was measured isn't lost for it.
    faults = fmt::format("the targets can't be judged: {}", error.what());
  }

  const auto report = make_report(scenario, server.url, metrics, result, checked ? &*checked : nullptr);
  const auto unwritten = write_reports(reports, [&](const std::string& form) { return text_of(form, report, false); });
  faults += (faults.empty() || unwritten.empty() ? "" : "; ") + unwritten;
  return {text_of(arguments.format, report, wants_colour(arguments.no_color)),
          status_of(report, arguments.fail_on == "critical"), std::move(faults)};
}

CommandResult load_init(const LoadArguments& arguments) {
  if (arguments.init.empty()) return {std::string(scenario_template()), 0};
  write_new_file(arguments.init, scenario_template());
  const auto shown = printable(arguments.init, 4096);
  return {fmt::format("{} is written: put your requests in, then vitals load --scenario {}\n", shown, shown), 0};
}

}  // namespace vitals::tool
