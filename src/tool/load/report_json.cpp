#include <cmath>
#include <cstdint>
#include <map>
#include <string>

#include <fmt/core.h>

#include "tool/check/report.hpp"
#include "tool/load/report.hpp"
#include "tool/text/json_text.hpp"

namespace vitals::tool {
namespace {

std::string number_text(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "null"; }

// The members of a JSON object.
std::string tally_members(const RouteTally& tally, const AnswerExpectation* expect) {
  auto text = fmt::format(R"("requests": {}, "failed": {})", tally.requests, tally.failed);
  if (!expect) return text;
  // Long texts are cut, and so those of several outcomes may be the same.
  std::map<std::string, std::uint64_t> by_text;
  for (const auto& [outcome, n] : tally.outcomes) by_text[outcome_text(outcome, *expect)] += n;
  std::string outcomes;
  for (const auto& [words, n] : by_text)
    outcomes += fmt::format("{}{}: {}", outcomes.empty() ? "" : ", ", json_text(words), n);
  return text + fmt::format(R"(, "outcomes": {{{}}})", outcomes);
}

std::string latency_members(const ReportRow& row) {
  std::string text;
  for (const auto& [q, name] : kShownQuantiles)
    text += fmt::format(R"(, "{}_seconds": {})", name, number_text(row.quantile(q)));
  const auto n = row.latency.count();
  const double mean = row.latency.sum() / static_cast<double>(n);
  return text + fmt::format(R"(, "mean_seconds": {}, "max_seconds": {})", number_text(mean),
                            n > 0 ? number_text(row.tally.slowest) : "null");
}

std::string request_object(const ReportRow& row, bool has_latency) {
  return fmt::format(R"({{"method": {}, "endpoint": {}, {}{}}})", json_text(row.method), json_text(row.route),
                     tally_members(row.tally, row.expect), has_latency ? latency_members(row) : "");
}

std::string request_list(const std::vector<ReportRow>& rows, bool has_latency) {
  std::string text;
  for (const auto& row : rows)
    text += fmt::format("{}\n    {}", text.empty() ? "" : ",", request_object(row, has_latency));
  return text;
}

std::string moment_list(const LoadTimeline& timeline) {
  std::string text;
  for (const auto& moment : timeline.moments()) {
    text += fmt::format(R"({}
    {{"from_seconds": {}, "to_seconds": {}, "sent": {}, "answered": {}, "failed": {})",
                        text.empty() ? "" : ",", moment.begin, moment.end, moment.sent, moment.answered, moment.failed);
    for (const auto& [q, name] : kShownQuantiles)
      text += fmt::format(R"(, "{}_seconds": {})", name, number_text(timeline.quantile(moment, q)));
    text += '}';
  }
  return text;
}

}  // namespace

std::string load_json(const LoadReport& report) {
  const auto& result = *report.result;
  auto text = fmt::format(
      R"({{
  "url": {}, "load": {}, "seconds": {}, "sending_seconds": {}, "interrupted": {},
  "asked_per_second": {}, "sent_per_second": {}, "unsent": {}, "late_for_connections": {}, "late_for_no_connection": {},
  "late_for_time": {},
  "all": {{{}{}}},
  "requests": [{}
  ],
  "setup": [{}
  ],
  "timeline": [{}
  ])",
      json_text(report.url), json_text(report.pace), result.seconds, report.sending_seconds, result.interrupted,
      report.asked > 0 ? number_text(report.asked) : "null", number_text(report.sent), result.tally.unsent,
      result.tally.waited, result.tally.unconnected, result.tally.sent_late, tally_members(report.all.tally, nullptr),
      latency_members(report.all), request_list(report.rows, true), request_list(report.setup, false),
      moment_list(result.timeline));
  if (report.checked) {
    auto check = to_json(report.checked->source, report.checked->judgement);
    while (check.ends_with('\n')) check.pop_back();
    text += ",\n  \"check\": " + check;
  }
  return text + "\n}\n";
}

}  // namespace vitals::tool
