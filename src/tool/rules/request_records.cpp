#include <algorithm>
#include <set>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/levels/objective_name.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

using std::chrono::minutes;

constexpr const char* kGroup = "requests";
constexpr const char* kByEndpoint = "job, method, endpoint";

std::string bad_status_pattern(const ServiceLevels& levels) {
  std::vector<std::string> patterns;
  for (const auto& status : levels.bad_statuses)
    patterns.push_back(status.ends_with("xx") ? status.substr(0, 1) + ".." : status);
  return fmt::format("{}", fmt::join(patterns, "|"));
}

// One that is not bad.
std::string good_status(const ServiceLevels& levels) {
  for (const auto* status : {"200", "404", "302", "100", "503"}) {
    const auto is_bad = [status](const std::string& bad) {
      return bad == status || (bad.ends_with("xx") && bad.front() == *status);
    };
    if (std::ranges::none_of(levels.bad_statuses, is_bad)) return status;
  }
  return "_OTHER";
}

Labels request_labels(std::string instance, std::string status) {
  return {{"instance", std::move(instance)}, {"method", "GET"}, {"endpoint", "/a"}, {"status", std::move(status)}};
}

void add_rate(Draft& draft, const char* name, const std::string& by, const Labels& labels) {
  draft.record(kGroup, name, draft.select.rate_by(by, kRequests, kRateWindow));
  add_test(draft, {.record = name,
                   .what = "requests by instance and status are summed",
                   .series = {{kRequests, request_labels("a", "200"), {40, 60}},
                              {kRequests, request_labels("b", "500"), {24, 36}}},
                   .query = name,
                   .labels = labels,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
}

void add_error_ratio(Draft& draft, const std::string& name, const std::string& expr, std::chrono::seconds window,
                     const Labels& labels) {
  draft.record(kGroup, name, expr);
  add_test(draft, {.record = name,
                   .what = "no series of errors is a ratio of 0, no request is none",
                   .window = window,
                   .series = good_and_bad_requests(draft.levels),
                   .query = name,
                   .labels = labels,
                   .values = {0, 0.125, 0.5, std::nullopt},
                   .between = {halfway(2, 0.125, 0.5)}});
}

std::string ratio(const Draft& draft, const std::string& by, std::chrono::seconds window) {
  return fmt::format("({})\n/ ({} > 0)", bad_requests(draft, by, window), draft.select.rate_by(by, kRequests, window));
}

void add_errors(Draft& draft) {
  draft.record(kGroup, kBadRequestRate, bad_requests(draft, "job", kRateWindow));
  add_test(draft, {.record = kBadRequestRate,
                   .what = "no series of errors is 0",
                   .series = good_and_bad_requests(draft.levels),
                   .query = kBadRequestRate,
                   .values = {0, 8, 32, 0},
                   .between = {halfway(2, 8, 32)}});
  // Each that is declared, as it is and grouped; and one that is good.
  RecordTest each{.record = kBadRequestRate, .what = "each bad status counts", .query = kBadRequestRate, .values = {0}};
  each.series = {{kRequests, request_labels("a", good_status(draft.levels)), {64}}};
  double weight = 1;
  for (const auto& status : draft.levels.bad_statuses) {
    each.series.push_back({kRequests, request_labels("a", status), {weight}});
    *each.values.front() += weight;
    weight *= 2;
  }
  add_test(draft, each);
  add_error_ratio(draft, "job:http_errors:ratio_rate5m", ratio(draft, "job", kRateWindow), kRateWindow, {});
  add_error_ratio(draft, "job:http_errors:ratio_rate2m", ratio(draft, "job", minutes{2}), minutes{2}, {});
  add_error_ratio(draft, "method_endpoint:http_errors:ratio_rate5m", ratio(draft, kByEndpoint, kRateWindow),
                  kRateWindow, {{"method", "GET"}, {"endpoint", "/a"}});
}

// Of all requests from their buckets, which are recorded once; of endpoints each by itself.
void add_percentiles(Draft& draft) {
  std::set<double> objectives{0.5, 0.95, 0.99};
  for (const auto& level : draft.levels.latency) objectives.insert(level.objective);
  add_bucket_rates(draft, kGroup, kRequestTimes);
  for (const double objective : objectives) add_percentile_of_all(draft, kGroup, kRequestTimes, objective);

  std::set<double> of_endpoints{0.95};
  for (const auto* list : {&draft.levels.endpoint_classes, &draft.levels.route_budgets}) {
    for (const auto& level : *list) of_endpoints.insert(level.objective);
  }
  for (const double objective : of_endpoints)
    add_percentile_by(draft, kGroup, "method_endpoint", {{"method", "GET"}, {"endpoint", "/a"}}, kRequestTimes,
                      objective);
}

// Satisfied within the target of p95, tolerated up to its critical threshold. The histogram doesn't know which requests
// failed: all that did are taken away from both, as failures are mostly fast.
void add_apdex(Draft& draft) {
  const auto level = std::ranges::find(draft.levels.latency, 0.95, &LatencyObjective::objective);
  if (level == draft.levels.latency.end() || !level->critical) return;
  constexpr const char* kName = "job:http_apdex:ratio_rate5m";
  const auto bad = draft.select.series(kBadRequestRate);
  const auto good_within = [&](std::chrono::nanoseconds bound) {
    return fmt::format("clamp_min({} - {}, 0)",
                       draft.select.rate_by("job", kRequestTimesBucket, kRateWindow, {bucket_of(bound)}), bad);
  };
  draft.record(kGroup, kName,
               fmt::format("({}\n + {})\n/ 2\n/ ({} > 0)", good_within(level->target), good_within(*level->critical),
                           draft.select.rate_by("job", kRequestTimesCount, kRateWindow)));

  const auto le = [](std::chrono::nanoseconds bound) { return number(static_cast<double>(bound.count()) / 1e9); };
  const bool is_one = level->target == *level->critical;
  RecordTest test{.record = kName, .what = "errors are not satisfied, no request is none", .query = kName};
  // Of 64 requests 40 are fast, and 16 more are tolerated.
  test.series = {{kRequestTimesBucket, {{"instance", "a"}, {"le", le(level->target)}}, {40, 40, 4, 0}},
                 {kRequestTimesCount, {{"instance", "a"}}, {64, 64, 64, 0}},
                 {kBadRequestRate, {}, {0, 8, 32, 0}, true}};
  if (!is_one)
    test.series.push_back({kRequestTimesBucket, {{"instance", "a"}, {"le", le(*level->critical)}}, {56, 56, 40, 0}});
  const auto apdex = [is_one](double fast, double tolerated, double failed) {
    const auto within = is_one ? fast : tolerated;
    return (std::max(fast - failed, 0.0) + std::max(within - failed, 0.0)) / 2 / 64;
  };
  test.values = {apdex(40, 56, 0), apdex(40, 56, 8), apdex(4, 40, 32), std::nullopt};
  add_test(draft, test);
}

}  // namespace

bool has_request_times(const ServiceLevels& levels) {
  return !levels.latency.empty() || !levels.endpoint_classes.empty() || !levels.route_budgets.empty();
}

bool has_request_levels(const ServiceLevels& levels) {
  return has_request_times(levels) || levels.error_rate || levels.availability || levels.throughput;
}

std::string bad_requests(const Draft& draft, std::string_view by, std::chrono::seconds window) {
  return fmt::format("{}\n or 0 * {}",
                     draft.select.rate_by(by, kRequests, window, {matches("status", bad_status_pattern(draft.levels))}),
                     draft.select.rate_by(by, kRequests, window));
}

std::vector<PhasedSeries> good_and_bad_requests(const ServiceLevels& levels) {
  const auto good = good_status(levels);
  const auto bad = bad_status(levels);
  return {{kRequests, request_labels("a", good), {40, 28, 16, 0}},
          {kRequests, request_labels("b", good), {24, 28, 16, 0}},
          {kRequests, request_labels("a", bad), {std::nullopt, 8, 32, 0}}};
}

std::string bad_status(const ServiceLevels& levels) {
  const auto& first = levels.bad_statuses.front();
  return first.ends_with("xx") ? first.substr(0, 1) + "03" : first;
}

void add_request_records(Draft& draft) {
  if (!has_request_levels(draft.levels)) return;
  add_rate(draft, kRequestRate, "job", {});
  add_rate(draft, "method_endpoint:http_requests:rate5m", kByEndpoint, {{"method", "GET"}, {"endpoint", "/a"}});
  add_errors(draft);
  if (!has_request_times(draft.levels)) return;
  add_percentiles(draft);
  add_apdex(draft);
}

}  // namespace vitals::tool
