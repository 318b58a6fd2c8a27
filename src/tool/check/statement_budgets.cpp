#include "tool/check/statement_budgets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
#include "tool/check/moments.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kStatementTimes = "db_query_duration_seconds";

struct Kind {
  std::vector<Moments> calls;
  double n = 0;
  double total = 0;
  bool is_lost = false;
};

std::map<std::string, Kind> kinds_of(const Target& target, const std::vector<StatementGrowth>& grown) {
  std::map<std::string, Kind> kinds;
  for (const auto& one : grown) {
    const Labels labels{{"query_type", one.statement.query_type}, {"table", one.statement.table}};
    if ((target.select && !target.select->matches(labels)) || target.except.matches(labels)) continue;
    std::vector<std::string> values;
    for (const auto& label : target.each) values.emplace_back(label_value(labels, label));
    auto& kind = kinds[joined(values, " ")];
    kind.is_lost |= one.is_lost;
    if (one.calls.n <= 0) continue;
    kind.calls.push_back(one.calls);
    kind.n += one.calls.n;
    kind.total += one.total();
  }
  return kinds;
}

void too_few(const Target& target, Row& row, double needed) {
  row.verdict = target.skip_few ? Verdict::Skipped : Verdict::Unknown;
  row.note = row.samples == 0 ? "nothing happened in the window"
                              : fmt::format("{} of {} samples needed", format_count(row.samples), format_count(needed));
}

std::string time_text(double seconds) { return format_value(seconds, Unit::Seconds); }

void judge_kind(const Target& target, const Kind& kind, std::size_t min_samples, bool is_judged, Row& row) {
  row.samples = kind.n;
  if (kind.is_lost) {
    row.note = "one of its statements vanished from pg_stat_statements or went back within the window";
    return;
  }
  const auto fewest = static_cast<double>(min_samples);
  if (kind.n < fewest) return too_few(target, row, fewest);
  const auto mean = "mean " + time_text(kind.total / kind.n);
  const auto bounds = quantile_bounds(kind.calls, target.quantile);
  const auto proof = prove(kind.calls, target.quantile, target.bound.value);
  const auto critical = target.critical ? prove(kind.calls, target.quantile, target.critical->value) : Proof::Met;
  if (proof == Proof::Met) {
    if (const double needed = samples_to_acquit(target); kind.n < needed) return too_few(target, row, needed);
    row.verdict = Verdict::Ok;
    row.value = std::min(bounds.most, target.bound.value);
    row.value_is_ceiling = true;
    row.note = mean;
  } else if (proof == Proof::Missed && critical != Proof::None) {
    row.verdict = critical == Proof::Missed ? Verdict::Critical : Verdict::Warning;
    row.value = std::max(bounds.least,
                         critical == Proof::Missed && target.critical ? target.critical->value : target.bound.value);
    row.value_is_floor = true;
    row.note = mean;
  } else {
    row.verdict = is_judged ? Verdict::Skipped : Verdict::Unknown;
    row.note = fmt::format("can't be told: it lies above {} and {}; {}", time_text(bounds.least),
                           std::isinf(bounds.most) ? "has no bound" : "is at most " + time_text(bounds.most), mean);
  }
}

double badness(const Row& row) { return row.value.value_or(0); }

}  // namespace

bool is_statement_budget(const Target& target) {
  return target.measure == Measure::Quantile && target.metric == kStatementTimes;
}

void judge_budget(const std::vector<StatementGrowth>& grown, std::size_t min_samples, bool is_judged, Row& row) {
  const auto& target = *row.target;
  const auto kinds = kinds_of(target, grown);
  if (kinds.empty()) {
    row.verdict = target.skip_few && !target.select ? Verdict::Skipped : Verdict::Unknown;
    row.note = "pg_stat_statements has no such statement";
    return;
  }
  std::vector<Row> rows;
  for (const auto& [group, kind] : kinds) {
    Row one;
    one.target = &target;
    one.group = group;
    judge_kind(target, kind, min_samples, is_judged, one);
    rows.push_back(std::move(one));
  }
  row = *std::max_element(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::pair(a.verdict, badness(a)) < std::pair(b.verdict, badness(b));
  });
  const auto skipped =
      std::count_if(rows.begin(), rows.end(), [](const Row& one) { return one.verdict == Verdict::Skipped; });
  if (skipped > 0 && row.verdict != Verdict::Skipped)
    row.note += fmt::format("; {} of {} were not judged", skipped, rows.size());
}

}  // namespace vitals::tool
