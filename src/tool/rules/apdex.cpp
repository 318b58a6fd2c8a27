#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "tool/rules/requests.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kApdex = "job:http_apdex:ratio_rate5m";

// Requests a second of one endpoint: within the target, within the critical threshold, all; and those that fail.
struct Mix {
  double satisfied, tolerated, all, bad;
};

Mix between(const Mix& a, const Mix& b, double share) {
  const auto at = [share](double before, double after) { return before + share * (after - before); };
  return {at(a.satisfied, b.satisfied), at(a.tolerated, b.tolerated), at(a.all, b.all), at(a.bad, b.bad)};
}

// What the endpoints are from phase to phase. One number after the other changes, so that each window shows by itself.
struct Phase {
  Mix some_fail, none_fails;
};
constexpr Phase kPhases[] = {
    {{0.1, 0.14, 0.16, 0}, {0.1, 0.14, 0.16, 0}},    {{0.05, 0.14, 0.16, 0}, {0.05, 0.14, 0.16, 0}},
    {{0.05, 0.1, 0.16, 0}, {0.05, 0.1, 0.16, 0}},    {{0.05, 0.1, 0.32, 0}, {0.05, 0.1, 0.16, 0}},
    {{0.05, 0.1, 0.32, 0.04}, {0.05, 0.1, 0.16, 0}}, {{0, 0, 0, 0}, {0, 0, 0, 0}}};
constexpr std::size_t kSteps = std::size(kPhases);
// A second, of an endpoint where all are slow and fail; and of each instance that has a bucket no more after the first
// phase.
constexpr double kAllFail = 0.02;
constexpr double kGone = 0.08;

class ApdexTest {
 public:
  // `le`: of the target; `last`: of the threshold up to which requests are tolerated.
  ApdexTest(Draft& draft, std::string le, std::string last)
      : draft_{draft}, le_{std::move(le)}, last_{std::move(last)} {}

  void add() {
    give("a", "/some-fail", &Phase::some_fail);
    give("a", "/none-fails", &Phase::none_fails);
    give_buckets("a", "/all-fail", Values(kSteps, 0), Values(kSteps, 0));
    give_count("a", "/all-fail", till_none(kAllFail));
    give_bad("/all-fail", till_none(kAllFail));
    Values gone(kSteps);
    gone.front() = 0;
    give_buckets("no target", "/none-fails", gone, Values(kSteps, 0));
    give_count("no target", "/none-fails", till_none(kGone));
    if (!is_one()) {
      give_buckets("no critical", "/none-fails", Values(kSteps, 0), gone);
      give_count("no critical", "/none-fails", till_none(kGone));
    }
    for (std::size_t i = 0; i + 1 < kSteps; ++i) test_.values.emplace_back(apdex(i, i, 0));
    test_.values.emplace_back(std::nullopt);
    for (std::size_t i = 1; i + 1 < kSteps; ++i) {
      const auto half = apdex(i - 1, i, 0.5);
      test_.between.push_back({i, half, std::abs(apdex(i - 1, i, 0.65) - half)});
    }
    add_test(draft_, test_);
  }

 private:
  using Values = std::vector<std::optional<double>>;

  [[nodiscard]] bool is_one() const { return le_ == last_; }

  // `share` of the way from one phase to another.
  [[nodiscard]] double apdex(std::size_t from, std::size_t to, double share) const {
    double good = 0;
    double all = kAllFail + (from == 0 && share < 1 ? kGone * (is_one() ? 1 : 2) : 0);
    for (const auto endpoint : {&Phase::some_fail, &Phase::none_fails}) {
      const auto mix = between(kPhases[from].*endpoint, kPhases[to].*endpoint, share);
      good += (mix.satisfied + (is_one() ? mix.satisfied : mix.tolerated)) / 2 - mix.bad;
      all += mix.all;
    }
    return good / all;
  }

  static Values till_none(double value) {
    Values values(kSteps, value);
    values.back() = 0;
    return values;
  }

  void give(const char* instance, const char* endpoint, Mix Phase::*mix) {
    const auto each = [mix](double Mix::*member) {
      Values values;
      for (const auto& phase : kPhases) values.emplace_back(phase.*mix.*member);
      return values;
    };
    give_buckets(instance, endpoint, each(&Mix::satisfied), each(&Mix::tolerated));
    give_count(instance, endpoint, each(&Mix::all));
    if (mix == &Phase::some_fail) give_bad(endpoint, each(&Mix::bad));
  }

  void give_buckets(const char* instance, const char* endpoint, Values satisfied, Values tolerated) {
    give(kRequestTimesBucket, instance, endpoint, "le", le_, std::move(satisfied));
    if (!is_one()) give(kRequestTimesBucket, instance, endpoint, "le", last_, std::move(tolerated));
  }

  void give_count(const char* instance, const char* endpoint, Values values) {
    give(kRequestTimesCount, instance, endpoint, "", "", std::move(values));
  }

  // As many of each bad status.
  void give_bad(const char* endpoint, Values values) {
    const auto& statuses = draft_.levels.bad_statuses;
    for (auto& value : values) *value /= static_cast<double>(statuses.size());
    for (const auto& status : statuses) give(kRequests, "a", endpoint, "status", status, values);
  }

  void give(const char* metric, const char* instance, const char* endpoint, const char* label, const std::string& value,
            Values values) {
    Labels labels{{"instance", instance}, {"method", "GET"}, {"endpoint", endpoint}};
    if (*label != '\0') labels.emplace_back(label, value);
    test_.series.push_back({metric, std::move(labels), std::move(values)});
  }

  Draft& draft_;
  std::string le_;
  std::string last_;
  RecordTest test_{.record = kApdex, .what = "requests that fail are not satisfied, of no request there is none"};
};

}  // namespace

void add_apdex(Draft& draft) {
  const auto level = std::ranges::find(draft.levels.latency, 0.95, &LatencyObjective::objective);
  if (level == draft.levels.latency.end() || !level->critical) return;
  const auto bad =
      fmt::format("sum without (status) ({})",
                  draft.select.rate(kRequests, kRateWindow, {matches("status", bad_status_pattern(draft.levels))}));
  const auto within = [&draft](std::chrono::nanoseconds bound) {
    return draft.select.rate(kRequestTimesBucket, kRateWindow, {bucket_of(bound)});
  };
  const auto good_within = [&](std::chrono::nanoseconds bound) {
    const auto requests = fmt::format("sum without (le) ({})", within(bound));
    return fmt::format("clamp_min(\n    {}\n    - {}\n    or {},\n    0\n  )", requests, bad, requests);
  };
  const bool is_one = level->target == *level->critical;
  auto good = good_within(level->target);
  auto judged = fmt::format("{}\n  and ignoring (le) {}", draft.select.rate(kRequestTimesCount, kRateWindow),
                            within(level->target));
  if (!is_one) {
    good += "\n  + " + good_within(*level->critical);
    judged += "\n  and ignoring (le) " + within(*level->critical);
  }
  draft.record(
      kRecordGroup, kApdex,
      fmt::format("sum by (job) (\n  {}\n)\n{}/ (sum by (job) (\n  {}\n) > 0)", good, is_one ? "" : "/ 2\n", judged));
  const auto last = spellings_of(*level->critical);
  for (const auto& le : spellings_of(level->target))
    ApdexTest{draft, le, le.ends_with(".0") ? last.back() : last.front()}.add();
}

}  // namespace vitals::tool
