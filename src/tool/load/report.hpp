#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tool/check/checked.hpp"
#include "tool/load/load_metrics.hpp"
#include "tool/load/load_run.hpp"
#include "tool/load/scenario.hpp"
#include "tool/load/tally.hpp"

namespace vitals::tool {

/// A line of the report: one of the scenario's requests, or all of them.
struct ReportRow {
  std::string method{}, route{};  ///< of all: empty and "all"
  RouteTally tally{};
  HistogramSnapshot latency{{}, {0}, 0};
  const AnswerExpectation* expect = nullptr;  ///< null of all

  [[nodiscard]] std::string name() const { return method.empty() ? route : method + ' ' + route; }
  /// Seconds, NaN if nothing was answered. Within 2 %.
  [[nodiscard]] double quantile(double q) const;
};

/// What a report shows.
struct LoadReport {
  std::string url{};
  std::string pace{};             ///< in words: "300/s, evenly spaced"
  std::vector<ReportRow> rows{};  ///< in the order of the scenario
  ReportRow all{};
  std::vector<ReportRow> setup{};  ///< without latencies; none of it is in `all`
  const LoadResult* result = nullptr;
  const Checked* checked = nullptr;  ///< null: without targets
  double asked = 0;                  ///< requests per second; 0: of users, who ask for no rate
  double sent = 0;                   ///< requests per second,
  double sending_seconds = 0;        ///< within this time

  /// Something was sent, nothing failed, and nothing was left unsent.
  [[nodiscard]] bool is_good() const;
  /// Whether requests failed, and there are targets none of which counts errors.
  [[nodiscard]] bool has_unjudged_failures() const;
};

/// The percentiles that reports show.
struct ShownQuantile {
  double q;
  std::string_view name;
};
inline constexpr ShownQuantile kShownQuantiles[] = {
    {0.5, "p50"}, {0.9, "p90"}, {0.95, "p95"}, {0.99, "p99"}, {0.999, "p99.9"}};

/// Over how many seconds requests were sent: those that were planned, or what it took longer. Of users: until the last
/// answer.
double sending_seconds(const Scenario& scenario, const LoadResult& result);

LoadReport make_report(const Scenario& scenario, const std::string& url, const LoadMetrics& metrics,
                       const LoadResult& result, const Checked* checked);

/// "2 requests sent in 1.0 s: 2.0/s, last answer after 3.5 s"
std::string sent_text(const LoadReport& report);

/// "failed: GET /a: 3 times timeout", and whether the rate was kept: what there is to say for people, a line each.
std::vector<std::string> load_remarks(const LoadReport& report);

/// A table: one row per request, then all of them, then what there is to say.
std::string load_table(const LoadReport& report, bool colour);
/// One JSON object; times in seconds, with all their digits.
std::string load_json(const LoadReport& report);
/// A page that needs nothing else, with plots.
std::string load_html(const LoadReport& report);

}  // namespace vitals::tool
