#include "tool/check/statement_budgets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>

#include <fmt/core.h>

#include "tool/check/deciding_row.hpp"
#include "tool/check/joined.hpp"
#include "tool/check/moments.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

struct KindOfCalls {
  std::vector<Moments> calls;
  double n = 0;
  double total = 0;
  bool is_lost = false;
};

std::map<std::string, KindOfCalls> kinds_of(const Target& target, const std::vector<StatementGrowth>& grown) {
  std::map<std::string, KindOfCalls> kinds;
  const auto names = target.statements.value_or(StatementLabels{});
  for (const auto& one : grown) {
    const Labels labels{{names.query_type, one.statement.query_type}, {names.table, one.statement.table}};
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

void judge_kind(const Target& target, const KindOfCalls& kind, std::size_t min_samples, bool is_judged, Row& row) {
  row.samples = kind.n;
  if (kind.is_lost) {
    row.note = "one of its statements vanished from pg_stat_statements or went back within the window";
    return;
  }
  const auto fewest = static_cast<double>(min_samples);
  if (kind.n < fewest) return set_too_few(row, fewest);
  const auto mean = "mean " + format_seconds(kind.total / kind.n);
  const auto bounds = quantile_bounds(kind.calls, target.quantile);
  const auto proof = prove(kind.calls, target.quantile, target.bound.value);
  const auto critical = target.critical ? prove(kind.calls, target.quantile, target.critical->value) : Proof::Met;
  if (proof == Proof::Met) {
    if (const double needed = samples_to_acquit(target); kind.n < needed) return set_too_few(row, needed);
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
    row.note =
        fmt::format("can't be told: it lies above {} and {}; {}", format_seconds(bounds.least),
                    std::isinf(bounds.most) ? "has no bound" : "is at most " + format_seconds(bounds.most), mean);
  }
}

}  // namespace

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
  row = deciding_row(rows, "were not judged");
}

}  // namespace vitals::tool
