#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "core/text/quantity.hpp"
#include "tool/rules/record_test.hpp"
#include "tool/rules/slo.hpp"

namespace vitals::tool {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr const char* kLongGroup = "slo_windows";
const Labels kSlo{{"slo", "test"}};

// Ten events at one step: as a rate that is recorded each 30s.
constexpr double kTen = 10.0 / 30;
constexpr const char* kOfWindows = "what is a window old counts, what is older doesn't";
constexpr const char* kWindows = "windows";

std::vector<seconds> all_windows(const ServiceLevels& levels) {
  std::set<seconds> windows{kRateWindow, levels.window};
  for (const auto& alert : levels.burn_rate_alerts) windows.insert({alert.long_window, alert.short_window});
  return {windows.begin(), windows.end()};
}

// The steps of all tests of windows that are in one file, so that they can be made one.
std::size_t longest_window(Draft& draft, const TestCase& test, seconds window) {
  auto longest = window;
  for (const auto other : all_windows(draft.levels)) {
    if (draft.tests_of(other).step == draft.tests_of(window).step) longest = std::max(longest, other);
  }
  return test.steps(longest) + 50;
}

Labels of_job(const Draft& draft, std::string slo) { return {{"job", draft.job()}, {"slo", std::move(slo)}}; }

// The ratio of sums, not the mean of ratios: an hour with few requests counts little.
void add_summed(Draft& draft, seconds window) {
  const auto name = ratio_record(window);
  const auto events = kSloEvents + duration(kRateWindow);
  const auto bad = kSloBadEvents + duration(kRateWindow);
  const auto over = duration(window);
  draft.record(window <= hours{1} ? kSloGroup : kLongGroup, name,
               fmt::format("sum_over_time({}[{}])\n/ (sum_over_time({}[{}]) > 0)", draft.select.series(bad), over,
                           draft.select.series(events), over));

  TestCase test{draft, name, kOfWindows, window, kWindows};
  const auto length = static_cast<std::size_t>(window / test.step());
  const auto end = longest_window(draft, test, window);
  test.give(events, of_job(draft, "test"), test.line().hold(kTen * 2, 1).hold(8, end - 1));
  test.give(bad, of_job(draft, "test"), test.line().hold(kTen, 1).hold(1, end - 1));
  test.give(events, of_job(draft, "idle"), test.line().hold(0, end));
  test.give(bad, of_job(draft, "idle"), test.line().hold(0, end));
  test.expect(name, of_job(draft, "test"), 0, 0.5);
  const auto later = static_cast<double>(length - 1);
  test.expect(name, of_job(draft, "test"), length - 1, (kTen + later) / (kTen * 2 + 8 * later));
  test.expect(name, of_job(draft, "test"), length + 2, 0.125);
  test.expect_none(name, of_job(draft, "idle"), length + 2);
  test.add();
}

// That at least so many events were bad in the window: of one, a ratio says nothing. Records are one each interval.
constexpr int kFewBadEvents = 10;
std::string enough_bad(const Draft& draft, seconds window) {
  return fmt::format("{} * sum_over_time({}[{}]) >= {}", kInterval.count(),
                     draft.select.series(kSloBadEvents + duration(kRateWindow)), duration(window), kFewBadEvents);
}

// Ten bad events at the start of a window, and no others; and fewer.
void test_enough_bad(Draft& draft, const Rule& rule, seconds window,
                     const std::vector<std::pair<std::string, double>>& given, const std::string& family) {
  constexpr double kFewer = 0.333;
  const auto bad = kSloBadEvents + duration(kRateWindow);
  const auto labels = of_job(draft, "burnt");
  TestCase test{draft, rule.name, kOfWindows, window, family};
  const auto length = static_cast<std::size_t>(window / test.step());
  const auto end = longest_window(draft, test, window);
  test.give(bad, labels, test.line().hold(kTen, 1).hold(0, end - 1));
  for (const auto& [record, value] : given) test.give(record, labels, test.line().hold(value, end));
  test.expect_alerts(rule, length - 1, "firing", {labels});
  test.expect_no_alert(rule, length + 3 + test.steps(rule.keep));
  test.add();

  TestCase few{draft, rule.name, "fewer than ten bad events", rule.wait};
  const auto last = few.steps(rule.wait) + 2;
  few.give(bad, labels, few.line().hold(kFewer, 1).hold(0, last));
  for (const auto& [record, value] : given) few.give(record, labels, few.line().hold(value, last + 1));
  few.expect_no_alert(rule, last);
  few.add();
}

// Both windows must be above: the long one shows that it matters, the short one that it goes on.
void test_burn(Draft& draft, const Rule& rule, const BurnRateAlert& alert) {
  constexpr double kErrorBudget = 0.001;
  const double on = alert.burn_rate * kErrorBudget;
  const double beyond = on * (1 + 1e-6);
  TestCase test{draft, rule.name,
                fmt::format("{} times over {} and {}", number(alert.burn_rate), duration(alert.long_window),
                            duration(alert.short_window)),
                std::chrono::minutes{5}};
  const auto keep = test.steps(rule.keep);
  const auto labels = of_job(draft, "test");
  const auto end = 10 + keep;
  test.give(kSloBudget, labels, test.line().hold(kErrorBudget, end));
  test.give(kSloBadEvents + duration(kRateWindow), labels, test.line().hold(1, end));
  test.give(ratio_record(alert.long_window), labels,
            test.line().hold(on, 2).hold(beyond, 2).hold(on, 2).hold(beyond, 2).hold(on, end - 8));
  test.give(ratio_record(alert.short_window), labels, test.line().hold(on, 4).hold(beyond, 4).hold(on, end - 8));
  for (const std::size_t step : {1, 3, 5}) test.expect_no_alert(rule, step);
  test.expect_alerts(rule, 6, "firing", {labels});
  test.expect_alerts(rule, 7 + keep, "firing", {labels});
  test.expect_no_alert(rule, 8 + keep);
  test.add();
}

// Where an availability promises what an error rate does, both have one ratio and one budget, and one alert is enough.

// Of any service the objectives that it has decide.
bool may_be_told_twice(const Draft& draft) {
  return draft.pack.name != "sla" || is_availability_the_error_rate(draft.levels);
}

std::string not_told_twice(const Draft& draft, const std::string& expr) {
  if (!may_be_told_twice(draft)) return expr;
  const auto of = [&draft](const char* slo) { return draft.select.series(kSloObjective, {equals("slo", slo)}); };
  return fmt::format("({})\nunless on (job, slo) ({} == on (job) group_left () {})", expr, of(kAvailability),
                     of(kErrorRate));
}

// Both burn: of one objective, then of two. `given`: what makes the alert fire.
void test_told_once(Draft& draft, const Rule& rule, const std::vector<std::pair<std::string, double>>& given) {
  if (!may_be_told_twice(draft)) return;
  TestCase test{draft, rule.name, "an availability that is the error rate's other side is not told", 2 * rule.wait};
  test.ask_of_all_jobs();
  const auto wait = test.steps(rule.wait) + 2;
  const auto end = 2 * wait;
  std::vector<std::string> jobs{draft.job()};
  if (draft.select.job().empty()) jobs.emplace_back("other");
  std::vector<Labels> once;
  std::vector<Labels> twice;
  for (const auto& job : jobs) {
    for (const auto* slo : {kAvailability, kErrorRate}) {
      const Labels labels{{"job", job}, {"slo", slo}};
      for (const auto& [record, value] : given) test.give(record, labels, test.line().hold(value, end));
      test.give(kSloBadEvents + duration(kRateWindow), labels, test.line().hold(1, end));
      const double first = job == jobs.front() || slo == kErrorRate ? 0.999 : 0.99;
      test.give(kSloObjective, labels, test.line().hold(first, wait).hold(slo == kErrorRate ? 0.999 : 0.99, wait));
      if (first == 0.99 || slo == kErrorRate) once.push_back(labels);
      twice.push_back(labels);
    }
  }
  test.expect_alerts(rule, wait - 1, "firing", once);
  test.expect_alerts(rule, end - 1, "firing", twice);
  test.add();
}

// An alert that another one makes needless: it burns faster over the same windows.
bool is_implied(const BurnRateAlert& alert, const std::vector<BurnRateAlert>& all) {
  return std::ranges::any_of(all, [&alert](const BurnRateAlert& other) {
    return other.long_window == alert.long_window && other.short_window == alert.short_window &&
           other.severity == alert.severity && other.burn_rate < alert.burn_rate;
  });
}

void add_burn_alert(Draft& draft, const std::vector<BurnRateAlert>& alerts, const char* name, const char* severity,
                    seconds keep) {
  std::string expr;
  for (const auto& alert : alerts) {
    const auto above = [&](seconds window) {
      return fmt::format("{} > {} * {}", draft.select.series(ratio_record(window)), number(alert.burn_rate),
                         draft.select.series(kSloBudget));
    };
    expr += fmt::format("{}(\n  {}\n  and {}\n  and {}\n)", expr.empty() ? "" : "\nor\n", above(alert.long_window),
                        above(alert.short_window), enough_bad(draft, alert.long_window));
  }
  const auto rule =
      draft.alert(draft.group("slo_alerts"),
                  {.kind = Rule::Kind::Alert,
                   .name = name,
                   .expr = not_told_twice(draft, expr),
                   .keep = keep,
                   .labels = {{"severity", severity}}},
                  "{{ $labels.job }}: the error budget of {{ $labels.slo }} burns too fast",
                  fmt::format("{{{{ $value | humanizePercentage }}}} of the events are bad. At this pace the "
                              "budget of {} is used up long before they are over.",
                              duration(draft.levels.window)));
  for (const auto& alert : alerts) {
    test_burn(draft, rule, alert);
    test_enough_bad(draft, rule, alert.long_window,
                    {{kSloBudget, 0.001}, {ratio_record(alert.long_window), 2}, {ratio_record(alert.short_window), 2}},
                    "");
  }
  const auto& alert = alerts.front();
  test_told_once(draft, rule, {{ratio_record(alert.long_window), 1e6}, {ratio_record(alert.short_window), 1e6}});
}

}  // namespace

std::string ratio_record(seconds window) { return "slo:sli_error:ratio_rate" + duration(window); }

bool is_availability_the_error_rate(const ServiceLevels& levels) {
  return levels.error_rate && levels.availability &&
         detail::rounded(1 - levels.error_rate->target, 15) == levels.availability->target;
}

void add_error_budgets(Draft& draft) {
  const auto rates = rate_windows(draft.levels);
  draft.group(kSloGroup);
  draft.group(kLongGroup, kLongInterval);
  draft.record(kSloGroup, kSloBudget, fmt::format("1 - {}", draft.select.series(kSloObjective)));
  add_test(draft, {.record = kSloBudget,
                   .what = "what is not promised",
                   .series = {{kSloObjective, kSlo, {0.75}, true}},
                   .labels = kSlo,
                   .values = {0.25}});
  for (const auto window : all_windows(draft.levels)) {
    if (std::ranges::find(rates, window) != rates.end()) {
      add_ratio(draft, kSloGroup, ratio_record(window), kSloBadEvents + duration(window), kSloEvents + duration(window),
                kSlo, {});
    } else {
      add_summed(draft, window);
    }
  }
  const auto now = ratio_record(kRateWindow);
  draft.record(kSloGroup, kBurnRate, fmt::format("{} / {}", draft.select.series(now), draft.select.series(kSloBudget)));
  add_test(draft, {.record = kBurnRate,
                   .what = "times its pace",
                   .series = {{now, kSlo, {0.5}, true}, {kSloBudget, kSlo, {0.25}, true}},
                   .labels = kSlo,
                   .values = {2}});
  const auto period = ratio_record(draft.levels.window);
  draft.record(kLongGroup, kRemaining,
               fmt::format("1 - {} / {}", draft.select.series(period), draft.select.series(kSloBudget)));
  add_test(draft, {.record = kRemaining,
                   .what = "what is left of the budget",
                   .series = {{period, kSlo, {0.125, 0.5}, true}, {kSloBudget, kSlo, {0.5, 0.25}, true}},
                   .labels = kSlo,
                   .values = {0.75, -1}});
}

void add_burn_alerts(Draft& draft, const std::vector<BurnRateAlert>& all) {
  std::vector<BurnRateAlert> page;
  std::vector<BurnRateAlert> ticket;
  for (const auto& alert : all) {
    if (!is_implied(alert, all)) (alert.severity == AlertSeverity::Page ? page : ticket).push_back(alert);
  }
  if (!page.empty()) add_burn_alert(draft, page, "SLOErrorBudgetBurnPage", "page", std::chrono::minutes{5});
  if (!ticket.empty()) add_burn_alert(draft, ticket, "SLOErrorBudgetBurnTicket", "ticket", std::chrono::minutes{15});
}

void add_exhausted_alert(Draft& draft) {
  const auto rule = draft.alert(
      draft.group(kLongGroup, kLongInterval),
      {.kind = Rule::Kind::Alert,
       .name = "SLOErrorBudgetExhausted",
       .expr = not_told_twice(draft, fmt::format("{} <= 0\nand {}", draft.select.series(kRemaining),
                                                 enough_bad(draft, draft.levels.window))),
       .wait = std::chrono::minutes{5},
       .labels = {{"severity", "ticket"}}},
      "{{ $labels.job }}: nothing is left of the error budget of {{ $labels.slo }}",
      fmt::format("More events of the last {} were bad than the objective allows.", duration(draft.levels.window)));
  TestCase test{draft, rule.name, "when nothing is left", std::chrono::minutes{10}};
  const auto labels = of_job(draft, "test");
  const auto wait = test.steps(rule.wait);
  test.give(kRemaining, labels, test.line().hold(1e-6, 2).hold(0, wait + 2).hold(1e-6, 2));
  test.give(kSloBadEvents + duration(kRateWindow), labels, test.line().hold(1, wait + 6));
  test.expect_no_alert(rule, 1);
  test.expect_alerts(rule, 2, "pending", {labels});
  test.expect_alerts(rule, 1 + wait, "pending", {labels});
  test.expect_alerts(rule, 2 + wait, "firing", {labels});
  test.expect_no_alert(rule, 4 + wait);
  test.add();
  test_enough_bad(draft, rule, draft.levels.window, {{kRemaining, 0}}, kWindows);
  test_told_once(draft, rule, {{kRemaining, 0}});
}

}  // namespace vitals::tool
