#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/core.h>
#include <fmt/format.h>

#include "core/levels/objective_name.hpp"
#include "tool/rules/percentiles.hpp"
#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

using std::chrono::seconds;

// Of the alert on errors, which must be fast.
constexpr std::chrono::minutes kErrorWindow{2};
constexpr const char* kByEndpoint = "job, method, endpoint";

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

void add_rate(Draft& draft, const std::string& name, const std::string& by, seconds window, const Labels& labels) {
  draft.record(kRecordGroup, name, draft.select.rate_by(by, kRequests, window));
  add_test(draft, {.record = name,
                   .what = "requests by instance and status are summed",
                   .window = window,
                   .series = {{kRequests, request_labels("a", "200"), {40, 60}},
                              {kRequests, request_labels("b", "500"), {24, 36}}},
                   .labels = labels,
                   .values = {64, 96},
                   .between = {halfway(1, 64, 96)}});
}

// The rate of bad requests: 0 where there are requests, and none was bad yet.
void add_bad_rate(Draft& draft, const std::string& name, const std::string& all, const std::string& by, seconds window,
                  const Labels& labels) {
  draft.record(kRecordGroup, name, bad_requests(draft, by, window) + "\n or 0 * " + draft.select.series(all));
  RecordTest test{.record = name,
                  .what = "no series of a bad status is 0",
                  .window = window,
                  .series = bad_requests_to_test(draft.levels),
                  .labels = labels,
                  .values = {0, 0, 8, 32},
                  .between = {halfway(3, 8, 32)}};
  add_test(draft, test);

  // Each that is declared, as it is and grouped; and one that is good.
  RecordTest each{.record = name, .what = "each bad status counts", .window = window, .labels = labels, .values = {0}};
  each.series = {{kRequests, request_labels("a", good_status(draft.levels)), {64}}};
  double weight = 1;
  for (const auto& status : draft.levels.bad_statuses) {
    each.series.push_back({kRequests, request_labels("a", status), {weight}});
    *each.values.front() += weight;
    weight *= 2;
  }
  add_test(draft, each);
}

void add_error_records(Draft& draft) {
  const Labels endpoint{{"method", "GET"}, {"endpoint", "/a"}};
  for (const auto& [prefix, by, labels, window] :
       {std::tuple{"job", "job", Labels{}, seconds{kRateWindow}},
        std::tuple{"job", "job", Labels{}, seconds{kErrorWindow}},
        std::tuple{"method_endpoint", kByEndpoint, endpoint, seconds{kRateWindow}}}) {
    const auto all = fmt::format("{}:http_requests:rate{}", prefix, duration(window));
    const auto bad = fmt::format("{}:http_errors:rate{}", prefix, duration(window));
    add_rate(draft, all, by, window, labels);
    add_bad_rate(draft, bad, all, by, window, labels);
    add_ratio(draft, kRecordGroup, fmt::format("{}:http_errors:ratio_rate{}", prefix, duration(window)), bad, all,
              labels,
              {{kRequests, request_labels("a", good_status(draft.levels)), {0.375, 0}},
               {kRequests, request_labels("a", bad_status(draft.levels)), {0.125, 0}}});
  }
}

// Of all requests from their buckets, which are recorded once; of endpoints each by itself.
void add_percentiles(Draft& draft) {
  add_bucket_rates(draft, kRecordGroup, kRequestTimes);
  for (const double objective : request_percentiles(draft.levels))
    add_percentile_of_all(draft, kRecordGroup, kRequestTimes, objective);

  std::set<double> of_endpoints{0.95};
  for (const auto* list : {&draft.levels.endpoint_classes, &draft.levels.route_budgets}) {
    for (const auto& level : *list) of_endpoints.insert(level.objective);
  }
  for (const double objective : of_endpoints)
    add_percentile_by(draft, kRecordGroup, "method_endpoint", {{"method", "GET"}, {"endpoint", "/a"}}, kRequestTimes,
                      objective);
}

}  // namespace

bool has_request_times(const ServiceLevels& levels) {
  return !levels.latency.empty() || !levels.endpoint_classes.empty() || !levels.route_budgets.empty();
}

bool has_request_levels(const ServiceLevels& levels) {
  return has_request_times(levels) || levels.error_rate || levels.availability || levels.throughput;
}

std::set<double> request_percentiles(const ServiceLevels& levels) {
  std::set<double> objectives{0.5, 0.95, 0.99};
  for (const auto& level : levels.latency) objectives.insert(level.objective);
  return objectives;
}

std::string bad_status_pattern(const ServiceLevels& levels) {
  std::vector<std::string> patterns;
  for (const auto& status : levels.bad_statuses)
    patterns.push_back(status.ends_with("xx") ? status.substr(0, 1) + ".." : status);
  return fmt::format("{}", fmt::join(patterns, "|"));
}

std::string bad_requests(const Draft& draft, std::string_view by, std::chrono::seconds window) {
  return draft.select.rate_by(by, kRequests, window, {matches("status", bad_status_pattern(draft.levels))});
}

std::vector<PhasedSeries> bad_requests_to_test(const ServiceLevels& levels) {
  const auto bad = bad_status(levels);
  return {{kRequests, request_labels("a", good_status(levels)), {64, 0, 56, 32}},
          {kRequests, request_labels("a", bad), {std::nullopt, std::nullopt, 4, 16}},
          {kRequests, request_labels("b", bad), {std::nullopt, std::nullopt, 4, 16}}};
}

std::string bad_status(const ServiceLevels& levels) {
  const auto& first = levels.bad_statuses.front();
  return first.ends_with("xx") ? first.substr(0, 1) + "03" : first;
}

void add_request_records(Draft& draft) {
  if (!has_request_levels(draft.levels)) return;
  add_error_records(draft);
  if (!has_request_times(draft.levels)) return;
  add_percentiles(draft);
  add_apdex(draft);
}

}  // namespace vitals::tool
