#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "tool/check/report_words.hpp"
#include "tool/load/report.hpp"
#include "tool/load/svg_plot.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kMostName = 300;

constexpr std::string_view kHead = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
:root { color-scheme: light dark; --text: #1c2024; --dim: #60646c; --grid: #e0e1e6; --page: #fff; --c0: #0b6bcb;
  --c1: #c62a2f; --c2: #946800; --ok: #1a7f37; --bad: #c62a2f; }
@media (prefers-color-scheme: dark) {
  :root { --text: #edeef0; --dim: #b0b4ba; --grid: #363a3f; --page: #111113; --c0: #70b8ff; --c1: #ff9592;
    --c2: #ffca16; --ok: #3dd68c; --bad: #ff9592; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p { margin: .3rem 0; color: var(--dim); } p.failed, td.failed { color: var(--bad); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: 100%; }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; overflow-wrap: anywhere; }
tr.all td { font-weight: 600; } .ok { color: var(--ok); } .warning { color: var(--c2); }
.critical, .unknown { color: var(--bad); }
svg { width: 100%; height: auto; margin: 1rem 0; } svg text { fill: var(--dim); font-size: 12px; }
svg text.title { fill: var(--text); font-weight: 600; font-size: 13px; } .grid { stroke: var(--grid); }
path, line { fill: none; stroke-width: 1.8; } .line0 { stroke: var(--c0); } .line1 { stroke: var(--c1); }
.line2 { stroke: var(--c2); } .bar { fill: var(--c0); }
</style>
)";

std::string shown(std::string_view text) { return html_text(printable(text, kMostName)); }

std::string shown_time(double seconds) { return std::isfinite(seconds) ? format_seconds(seconds) : "-"; }

std::string axis_time(double seconds) { return seconds == 0 ? "0" : format_seconds(seconds); }
std::string axis_seconds(double seconds) { return fmt::format("{:g} s", seconds); }
std::string axis_number(double value) { return fmt::format("{:g}", value); }
std::string axis_rate(double value) { return fmt::format("{:g}/s", value); }

std::string table_row(const ReportRow& row, std::string_view of_class) {
  auto text = fmt::format("<tr{}><td>{}</td><td>{}</td><td{}>{}</td>", of_class, shown(row.name()), row.tally.requests,
                          row.tally.failed > 0 ? " class=\"failed\"" : "", row.tally.failed);
  for (const auto& [q, name] : kShownQuantiles) text += fmt::format("<td>{}</td>", shown_time(row.quantile(q)));
  return text + fmt::format("<td>{}</td></tr>\n", row.tally.slowest > 0 ? shown_time(row.tally.slowest) : "-");
}

std::string request_table(const LoadReport& report) {
  std::string text =
      "<h2>Requests</h2>\n<div class=\"scroll\"><table><tr><th>route</th><th>requests</th><th>failed</th>";
  for (const auto& [q, name] : kShownQuantiles) text += fmt::format("<th>{}</th>", name);
  text += "<th>max</th></tr>\n";
  for (const auto& row : report.rows) text += table_row(row, "");
  return text + table_row(report.all, " class=\"all\"") + "</table></div>\n";
}

std::string target_table(const Checked& checked) {
  const auto& judgement = checked.judgement;
  auto text = fmt::format(
      "<h2>Targets</h2>\n<p>{}, by {}</p>\n<div class=\"scroll\"><table><tr><th>target</th><th>value</th><th>must "
      "be</th>"
      "<th>critical</th><th>verdict</th><th>samples</th></tr>\n",
      html_text(summary(judgement)), shown(checked.source.targets));
  for (const auto& row : judgement.rows) {
    const auto verdict = name(row.verdict);
    text += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"{}\">{}</td><td>{}</td></tr>\n",
                        shown(row.target->name), html_text(value_text(row)), html_text(target_text(*row.target)),
                        html_text(critical_text(*row.target)), verdict, verdict, samples_text(row));
  }
  text += "</table></div>\n";
  for (const auto& remark : remarks(judgement)) text += fmt::format("<p>{}</p>\n", html_text(remark));
  return text;
}

// Each moment stands at its end.
Plot rate_plot(const LoadTimeline& timeline) {
  Plot plot{"Requests per second", {}, {{"sent", {}, 0}, {"failed", {}, 1}}, axis_seconds, axis_rate};
  for (const auto& moment : timeline.moments()) {
    plot.x.push_back(moment.end);
    plot.lines[0].y.push_back(moment.sent_per_second());
    plot.lines[1].y.push_back(moment.failed_per_second());
  }
  return plot;
}

Plot percentile_plot(const LoadTimeline& timeline) {
  Plot plot{"Response time", {}, {{"p50", {}, 0}, {"p95", {}, 2}, {"p99", {}, 1}}, axis_seconds, axis_time};
  for (const auto& moment : timeline.moments()) {
    plot.x.push_back(moment.end);
    plot.lines[0].y.push_back(timeline.quantile(moment, 0.5));
    plot.lines[1].y.push_back(timeline.quantile(moment, 0.95));
    plot.lines[2].y.push_back(timeline.quantile(moment, 0.99));
  }
  return plot;
}

// Some buckets at a time, so that there are about 80 bars between the fastest answer and the slowest.
Plot distribution_plot(const ReportRow& all) {
  constexpr std::size_t kBars = 80;
  Plot plot{"Distribution of response times", {}, {{"requests", {}}}, axis_time, axis_number, true, true};
  const auto counts = all.latency.counts();
  const auto bounds = all.latency.bounds();
  std::size_t first = 0;
  while (first < bounds.size() && counts[first] == 0) ++first;
  std::size_t last = bounds.size();
  while (last > first && counts[last] == 0) --last;
  if (all.latency.count() == 0 || first >= bounds.size()) return plot;
  const std::size_t step = (last - first) / kBars + 1;
  for (std::size_t i = first; i <= last; i += step) {
    plot.x.push_back(i == 0 ? bounds[0] / 2 : bounds[i - 1]);
    double n = 0;
    for (std::size_t j = i; j < i + step && j <= last; ++j) n += static_cast<double>(counts[j]);
    plot.lines[0].y.push_back(n);
  }
  plot.x.push_back(std::max(plot.x.back() * 1.02, bounds[std::min(last, bounds.size() - 1)]));
  plot.lines[0].y.push_back(0);
  return plot;
}

}  // namespace

std::string load_html(const LoadReport& report) {
  std::string text{kHead};
  text += fmt::format("<title>Load of {}</title>\n</head>\n<body>\n<h1>Load of {}</h1>\n", shown(report.url),
                      shown(report.url));
  text += fmt::format("<p>{}; {}</p>\n", html_text(report.pace), html_text(sent_text(report)));
  for (const auto& remark : load_remarks(report))
    text += fmt::format("<p class=\"failed\">{}</p>\n", html_text(remark));
  if (report.checked) text += target_table(*report.checked);
  text += request_table(report);
  text += svg_of(rate_plot(report.result->timeline));
  text += svg_of(percentile_plot(report.result->timeline));
  text += svg_of(distribution_plot(report.all));
  return text + "</body>\n</html>\n";
}

}  // namespace vitals::tool
