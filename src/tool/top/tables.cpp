#include "tool/top/tables.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/levels/objectives.hpp"
#include "tool/check/report_words.hpp"
#include "tool/text/units.hpp"
#include "tool/top/tiles.hpp"

namespace vitals::tool {
namespace {

Cell text_cell(std::string text) { return {std::move(text)}; }
Cell no_number() { return {"-", std::numeric_limits<double>::quiet_NaN()}; }
Cell number_cell(std::optional<double> number, Unit unit) {
  return number && std::isfinite(*number) ? Cell{format_value(*number, unit), *number} : no_number();
}
Cell count_cell(double count) { return {format_count(count), count}; }

// What happened to the requests of a route, or to the calls of a statement.
struct Timed {
  const Group* times = nullptr;
  const Group* errors = nullptr;
  std::optional<double> budget{}, used{}, p95{};  // of the budget p95 takes `used`
};
using TimedByValues = std::map<std::vector<std::string>, Timed>;

Cell percentile_cell(Target times, const Group* group, double q) {
  times.quantile = q;
  const auto value = group ? measured(times, *group, std::nullopt) : std::nullopt;
  return value ? Cell{quantile_text(*value, Unit::Seconds), value->value} : no_number();
}

// The least that is promised of a series with these labels.
std::optional<double> promised(const Targets& targets, const Target& times, const std::vector<std::string>& values) {
  Labels labels;
  for (std::size_t i = 0; i < values.size(); ++i) labels.emplace_back(times.each[i], values[i]);
  std::sort(labels.begin(), labels.end());
  std::optional<double> least;
  for (const auto& target : targets.targets) {
    const bool is_about =
        target.measure == Measure::Quantile && target.metric == times.metric && (target.select || !target.each.empty());
    if (!is_about || (target.select && !target.select->matches(labels)) || target.except.matches(labels)) continue;
    least = std::min(least.value_or(target.bound.value), target.bound.value);
  }
  return least;
}

class TableMaker {
 public:
  TableMaker(const Subjects& subjects, const Promises& promises, Look& look, Look& since_start,
             const Judgement& judgement)
      : subjects_(subjects), promises_(promises), look_(look), since_start_(since_start), judgement_(judgement) {}

  std::vector<Table> all() {
    routes();
    statements();
    caches();
    pools();
    levels();
    targets();
    return std::move(tables_);
  }

 private:
  // What takes most of its budget comes first, then what is slowest.
  static void sort_by_budget(std::vector<std::pair<TableRow, const Timed*>>& rows) {
    const auto order = [](const auto& row) {
      return std::pair(-row.second->used.value_or(-1), -row.second->p95.value_or(-1));
    };
    std::ranges::stable_sort(rows, {}, order);
  }

  // Those of a file that was given go before those that the service declares, and these before the built-in ones.
  std::optional<double> budget_of(const Target& times, const GroupsByValues& declared,
                                  const std::vector<std::string>& values) const {
    const auto own = promised(promises_.targets, times, values);
    const auto found = declared.find(values);
    if (found == declared.end() || (own && !promises_.are_built_in)) return own;
    return found->second->value;
  }

  void find_budgets(const Target& times, const Target& budgets, TimedByValues& all) {
    const auto declared = look_.by_values(budgets);
    auto at_95 = times;
    at_95.quantile = 0.95;
    for (auto& [values, timed] : all) {
      if (timed.times) {
        if (const auto p95 = measured(at_95, *timed.times, std::nullopt)) timed.p95 = p95->value;
      }
      const auto budget = budget_of(times, declared, values);
      if (budget && *budget > 0) timed.budget = budget;
      if (timed.budget && timed.p95) timed.used = *timed.p95 / *timed.budget;
    }
  }

  Cell rate_cell(const Group* group) const {
    return number_cell(group && look_.seconds() ? std::optional(group->samples / *look_.seconds()) : std::nullopt,
                       Unit::PerSecond);
  }

  void add_timed(Table table, const Target& times, const TimedByValues& all, bool with_errors) {
    std::vector<std::pair<TableRow, const Timed*>> rows;
    for (const auto& [values, timed] : all) {
      TableRow row;
      for (const auto& value : values) row.cells.push_back(text_cell(value));
      row.cells.push_back(rate_cell(timed.times ? timed.times : timed.errors));
      for (const double q : {0.5, 0.95, 0.99}) row.cells.push_back(percentile_cell(times, timed.times, q));
      if (with_errors) {
        const auto* errors = timed.errors;
        row.cells.push_back(number_cell(
            errors && errors->samples > 0 ? std::optional(errors->part / errors->samples) : std::nullopt, Unit::Ratio));
      }
      row.cells.push_back(number_cell(timed.budget, Unit::Seconds));
      auto used = number_cell(timed.used, Unit::Ratio);
      if (timed.used) used.verdict = *timed.used > 1 ? Verdict::Warning : Verdict::Ok;
      row.cells.push_back(std::move(used));
      rows.emplace_back(std::move(row), &timed);
    }
    sort_by_budget(rows);
    for (auto& [row, timed] : rows) table.rows.push_back(std::move(row));
    const bool any_used = std::ranges::any_of(all, [](const auto& one) { return one.second.used.has_value(); });
    table.sorted_by = any_used ? table.columns.size() - 1 : 4;  // p95
    table.is_descending = true;
    if (!table.rows.empty()) table.note.clear();
    tables_.push_back(std::move(table));
  }

  void routes() {
    Table table{"routes",
                {{"METHOD", false, 5},
                 {"ENDPOINT", false, 0},
                 {"REQ/S", true, 2},
                 {"P50", true, 6},
                 {"P95", true, 1},
                 {"P99", true, 4},
                 {"ERR", true, 3},
                 {"BUDGET", true, 7},
                 {"USED", true, 0}}};
    TimedByValues all;
    for (const auto& [values, group] : look_.by_values(subjects_.route_errors, &table.note)) all[values].errors = group;
    for (const auto& [values, group] : look_.by_values(subjects_.route_times, &table.note)) all[values].times = group;
    find_budgets(subjects_.route_times, subjects_.route_budgets, all);
    add_timed(std::move(table), subjects_.route_times, all, true);
  }

  void statements() {
    Table table{"statements",
                {{"TYPE", false, 1},
                 {"TABLE", false, 0},
                 {"CALLS/S", true, 3},
                 {"P50", true, 5},
                 {"P95", true, 2},
                 {"P99", true, 4},
                 {"BUDGET", true, 6},
                 {"USED", true, 0}}};
    TimedByValues all;
    for (const auto& [values, group] : look_.by_values(subjects_.statement_times, &table.note))
      all[values].times = group;
    find_budgets(subjects_.statement_times, subjects_.statement_budgets, all);
    add_timed(std::move(table), subjects_.statement_times, all, false);
  }

  void caches() {
    Table table{"caches",
                {{"CACHE", false, 0},
                 {"HIT RATIO", true, 0},
                 {"HITS/S", true, 2},
                 {"MISSES/S", true, 3},
                 {"LOOK-UPS", true, 4}}};
    for (const auto& [values, group] : look_.by_values(subjects_.caches, &table.note)) {
      const auto rate = [&](double count) {
        return number_cell(look_.seconds() ? std::optional(count / *look_.seconds()) : std::nullopt, Unit::PerSecond);
      };
      const auto ratio = group->samples > 0 ? std::optional(group->part / group->samples) : std::nullopt;
      table.rows.push_back({{text_cell(values.front()), number_cell(ratio, Unit::Ratio), rate(group->part),
                             rate(group->samples - group->part), count_cell(group->samples)}});
    }
    tables_.push_back(std::move(table));
  }

  void pools() {
    Table table{"pools",
                {{"KIND", false, 1}, {"POOL", false, 0}, {"IN USE", true, 2}, {"SIZE", true, 3}, {"USED", true, 0}}};
    for (const auto& [kind, in_use, size] : subjects_.pools) {
      const auto sizes = look_.by_values(size);
      for (const auto& [values, used] : look_.by_values(in_use, table.note.empty() ? &table.note : nullptr)) {
        const auto all = sizes.find(values);
        const auto most = all != sizes.end() ? std::optional(all->second->value) : std::nullopt;
        auto share = number_cell(most && *most > 0 ? std::optional(used->value / *most) : std::nullopt, Unit::Ratio);
        if (most && *most > 0) share.verdict = used->value >= *most ? Verdict::Warning : Verdict::Ok;
        table.rows.push_back({{text_cell(kind), text_cell(values.front()), number_cell(used->value, Unit::Number),
                               number_cell(most, Unit::Number), std::move(share)}});
      }
    }
    tables_.push_back(std::move(table));
  }

  // The budget that is left is that of all events since the process began, the burn rate that of the window.
  void levels() {
    Table table{"levels",
                {{"LEVEL", false, 0},
                 {"OBJECTIVE", true, 4},
                 {"COMPLIANCE", true, 2},
                 {"EVENTS", true, 5},
                 {"BUDGET LEFT", true, 0},
                 {"BURN", true, 1}}};
    const auto objectives = look_.by_values(subjects_.objectives);
    const auto bad = since_start_.by_values(subjects_.bad_events);
    const auto recent = look_.by_values(subjects_.events);
    const auto recent_bad = look_.by_values(subjects_.bad_events);
    const auto share = [](const GroupsByValues& part, const GroupsByValues& all, const auto& values) {
      const auto one = part.find(values);
      const auto whole = all.find(values);
      if (one == part.end() || whole == all.end() || whole->second->samples == 0) return std::optional<double>{};
      // A request that was being counted may be bad already, and no event yet.
      return std::optional(std::min(1.0, one->second->samples / whole->second->samples));
    };
    const auto all = since_start_.by_values(subjects_.events, &table.note);
    for (const auto& [values, events] : all) {
      const auto found = objectives.find(values);
      const bool is_known = found != objectives.end() && found->second->value > 0 && found->second->value < 1;
      const double objective = is_known ? found->second->value : std::numeric_limits<double>::quiet_NaN();
      const double budget = is_known ? detail::error_budget(objective) : objective;
      auto compliance = no_number();
      auto left = no_number();
      if (const auto missed = share(bad, all, values)) {
        compliance = {format_share(1 - *missed, is_known ? objective : 1), 1 - *missed};
        left = number_cell(1 - *missed / budget, Unit::Ratio);
        if (is_known) left.verdict = *missed >= budget ? Verdict::Critical : Verdict::Ok;
      }
      auto burn = no_number();
      if (const auto missed = share(recent_bad, recent, values)) {
        burn = number_cell(*missed / budget, Unit::Number);
        if (is_known) burn.verdict = *missed > budget ? Verdict::Warning : Verdict::Ok;
      }
      table.rows.push_back({{text_cell(values.front()), number_cell(objective, Unit::Ratio), std::move(compliance),
                             count_cell(events->samples), std::move(left), std::move(burn)}});
    }
    tables_.push_back(std::move(table));
  }

  void targets() {
    Table table{"targets",
                {{"TARGET", false, 0},
                 {"VALUE", true, 1},
                 {"PROMISED", true, 3},
                 {"VERDICT", false, 0},
                 {"SAMPLES", true, 4},
                 {"NOTE", false, 2}},
                3,
                true};
    std::vector<const Row*> rows;
    for (const auto& row : judgement_.rows) rows.push_back(&row);
    std::ranges::stable_sort(rows, std::ranges::greater{}, [](const Row* row) { return row->verdict; });
    for (const auto* row : rows) {
      table.rows.push_back({{text_cell(row->target->name),
                             {value_text(*row), row->value.value_or(std::numeric_limits<double>::quiet_NaN())},
                             {target_text(*row->target), row->target->bound.value},
                             {std::string(name(row->verdict)), static_cast<double>(row->verdict), row->verdict},
                             {samples_text(*row), row->samples},
                             text_cell(notes(*row))}});
    }
    tables_.push_back(std::move(table));
  }

  const Subjects& subjects_;
  const Promises& promises_;
  Look& look_;
  Look& since_start_;
  const Judgement& judgement_;
  std::vector<Table> tables_;
};

}  // namespace

std::vector<Table> tables(const Subjects& subjects, const Promises& promises, Look& look, Look& since_start,
                          const Judgement& judgement) {
  return TableMaker(subjects, promises, look, since_start, judgement).all();
}

}  // namespace vitals::tool
