#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/load/open_loop.hpp"
#include "tool/load/report.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

// An open loop that begins its last request this much later than it was due has not kept its rate.
constexpr double kMostDelay = 0.05;  // seconds
constexpr double kMostDelayShare = 0.01;

std::string time_text(double seconds) { return std::isfinite(seconds) ? format_seconds(seconds) : "-"; }

std::string row_text(const ReportRow& row, std::size_t width) {
  auto text = fmt::format("{:<{}}{:>10}{:>8}", printable(row.name(), 200), width, row.tally.requests, row.tally.failed);
  for (const auto& [q, name] : kShownQuantiles) text += fmt::format("{:>11}", time_text(row.quantile(q)));
  return text + fmt::format("{:>11}\n", row.tally.slowest > 0 ? time_text(row.tally.slowest) : "-");
}

std::string head_text(std::size_t width) {
  auto text = fmt::format("{:<{}}{:>10}{:>8}", "route", width, "requests", "failed");
  for (const auto& [q, name] : kShownQuantiles) text += fmt::format("{:>11}", name);
  return text + fmt::format("{:>11}\n", "max");
}

std::string pace_text(const Scenario& scenario) {
  if (scenario.users > 0) {
    const auto think = scenario.most_think > 0 ? fmt::format("thinking for {} to {}", window_text(scenario.least_think),
                                                             window_text(scenario.most_think))
                                               : std::string{"without a pause"};
    return fmt::format("{} users, {}", scenario.users, think);
  }
  const auto* const spacing = scenario.pace == Pace::Poisson ? "independent of each other" : "evenly spaced";
  if (scenario.stages.empty()) return fmt::format("{}/s, {}", scenario.rate, spacing);
  std::string text;
  for (const auto& stage : scenario.stages)
    text += stage.from == stage.to
                ? fmt::format("{}/s for {}, ", stage.to, window_text(stage.seconds))
                : fmt::format("{}/s to {}/s within {}, ", stage.from, stage.to, window_text(stage.seconds));
  return text + spacing;
}

void add_failures(const ReportRow& row, std::vector<std::string>& remarks) {
  for (const auto& [outcome, n] : row.tally.outcomes) {
    if (!outcome.is_good())
      remarks.push_back(
          fmt::format("failed: {}: {} times {}", printable(row.name(), 200), n, outcome_text(outcome, *row.expect)));
  }
}

const char* why_late(const Tally& tally) {
  if (tally.unconnected > std::max(tally.waited, tally.sent_late))
    return "the server takes no connections, and all that are allowed were trying";
  if (tally.waited >= tally.sent_late)
    return "all connections were waiting for answers: the server is at its limit, or --connections is too small";
  return "the generator had no time for more: give it a CPU of its own, or more --threads";
}

void add_lateness(const LoadReport& report, std::vector<std::string>& remarks) {
  const auto& tally = report.result->tally;
  if (tally.unsent > 0) remarks.push_back(fmt::format("failed: {} requests were due and never sent", tally.unsent));
  const auto late = tally.waited + tally.unconnected + tally.sent_late;
  const double share =
      static_cast<double>(late) / static_cast<double>(std::max<std::uint64_t>(1, report.all.tally.requests));
  const bool is_kept = report.asked == 0 || report.sent >= 0.99 * report.asked;
  if (is_kept && share < 0.01) return;
  const auto* const why = why_late(tally);
  const auto rate = is_kept ? std::string{} : fmt::format("asked {:.0f}/s, sent {:.0f}/s; ", report.asked, report.sent);
  remarks.push_back(
      fmt::format("{}{} of the requests began more than 10 ms after they were due, which their "
                  "percentiles include; {}",
                  rate, format_value(share, Unit::Ratio), why));
}

double planned_seconds(const Scenario& scenario, const LoadResult& result) {
  return result.interrupted || scenario.users > 0 ? result.seconds : duration_of(scenario);
}

// Of no time, as of a load that was interrupted before its start, there is no rate.
double per_second(double n, double seconds) { return seconds > 0 ? n / seconds : 0; }

}  // namespace

double sending_seconds(const Scenario& scenario, const LoadResult& result) {
  const double planned = planned_seconds(scenario, result);
  const double late = result.tally.last_sent - planned;
  return late > std::max(kMostDelay, kMostDelayShare * planned) ? result.tally.last_sent : planned;
}

double ReportRow::quantile(double q) const {
  const double value = latency.quantile(q);
  return std::isnan(value) ? value : std::min(value, tally.slowest);
}

bool LoadReport::is_good() const {
  return all.tally.requests > 0 && all.tally.failed == 0 && result->tally.unsent == 0 &&
         std::ranges::all_of(setup, [](const ReportRow& row) { return row.tally.failed == 0; });
}

bool LoadReport::has_unjudged_failures() const {
  const auto counts_errors = [](const Row& row) {
    return row.target->measure == Measure::Ratio && row.target->metric == "http_requests_total" &&
           row.verdict != Verdict::Skipped;
  };
  return checked && all.tally.failed > 0 && std::ranges::none_of(checked->judgement.rows, counts_errors);
}

LoadReport make_report(const Scenario& scenario, const std::string& url, const LoadMetrics& metrics,
                       const LoadResult& result, const Checked* checked) {
  LoadReport report;
  report.url = url;
  report.pace = pace_text(scenario);
  report.result = &result;
  report.checked = checked;
  report.all.route = "all";
  const auto plans = plans_of(scenario);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const bool is_load = i < scenario.requests.size();
    auto& row = (is_load ? report.rows : report.setup).emplace_back();
    row.method = plans[i]->method;
    row.route = plans[i]->route;
    row.tally = result.tally.routes[i];
    row.expect = &plans[i]->expect;
    if (!is_load) continue;
    row.latency = metrics.latency(i);
    report.all.tally.add(row.tally);
  }
  report.all.latency = metrics.latency();
  const auto n = static_cast<double>(report.all.tally.requests);
  report.sending_seconds = sending_seconds(scenario, result);
  report.sent = per_second(n, report.sending_seconds);
  if (scenario.users == 0)
    report.asked = per_second(n + static_cast<double>(result.tally.unsent), planned_seconds(scenario, result));
  return report;
}

std::string sent_text(const LoadReport& report) {
  const auto sending = fmt::format("{:.1f} s", report.sending_seconds);
  const auto all = fmt::format("{:.1f} s", report.result->seconds);
  auto text = fmt::format("{} requests sent in {}: {:.1f}/s", report.all.tally.requests, sending, report.sent);
  if (report.result->seconds > report.sending_seconds && all != sending) text += ", last answer after " + all;
  return text;
}

std::vector<std::string> load_remarks(const LoadReport& report) {
  std::vector<std::string> remarks;
  for (const auto& row : report.rows) add_failures(row, remarks);
  for (const auto& row : report.setup) add_failures(row, remarks);
  if (const auto& fault = report.result->tally.tls_fault; !fault.empty())
    remarks.push_back(fmt::format("TLS: {}; --ca-file takes other certificates than the system's", printable(fault)));
  add_lateness(report, remarks);
  if (report.all.tally.requests == 0) remarks.emplace_back("failed: nothing was sent");
  if (report.has_unjudged_failures())
    remarks.push_back(
        fmt::format("failed: {} requests, and no target counts errors; add an error_rate", report.all.tally.failed));
  if (report.result->interrupted) remarks.emplace_back("interrupted before its end");
  return remarks;
}

std::string load_table(const LoadReport& report, bool colour) {
  std::size_t width = 24;
  for (const auto& row : report.rows) width = std::max(width, printable(row.name(), 200).size() + 1);
  auto table = head_text(width);
  for (const auto& row : report.rows) table += row_text(row, width);
  table += row_text(report.all, width);
  for (const auto& remark : load_remarks(report)) table += remark + '\n';
  table += sent_text(report);
  std::uint64_t before = 0;
  for (const auto& row : report.setup) before += row.tally.requests;
  if (before > 0) table += fmt::format(", beside {} of the setup, which are in no row", before);
  table += '\n';
  if (report.checked) table += '\n' + to_table(report.checked->source, report.checked->judgement, colour);
  return table;
}

}  // namespace vitals::tool
