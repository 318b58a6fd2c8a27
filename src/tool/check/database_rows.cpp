#include "tool/check/database_rows.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "tool/check/joined.hpp"
#include "tool/check/statement_budgets.hpp"
#include "tool/check/statement_growth.hpp"
#include "tool/text/units.hpp"
#include "tool/text/utf8.hpp"

namespace vitals::tool {
namespace {

constexpr std::size_t kListed = 10;
// Those whose slowness requests wait for; VACUUM, COPY and CREATE INDEX are slow by nature.
constexpr std::array<std::string_view, 5> kOfRequests{"SELECT", "INSERT", "UPDATE", "DELETE", "MERGE"};
// The check's own BEGIN and COMMIT can't be told from those of others, and would stand among the slowest.
constexpr std::array<std::string_view, 7> kOfTransactions{"BEGIN",   "COMMIT", "ROLLBACK", "SAVEPOINT",
                                                          "RELEASE", "SET",    "RESET"};

Target built_in(std::string name, std::string source, Measure measure, bool below, Unit unit, Threshold bound,
                std::optional<Threshold> critical = std::nullopt) {
  Target target;
  target.name = "postgres " + std::move(name);
  target.metric = std::move(source);
  target.measure = measure;
  target.below = below;
  target.bound_unit = unit;
  target.bound = std::move(bound);
  target.critical = std::move(critical);
  return target;
}

// "2026-11-29 23:11:51.060185+00" without the fraction.
std::string without_fraction(const std::string& time) {
  const auto point = time.find('.');
  const auto zone = time.find_first_not_of("0123456789", point == time.npos ? point : point + 1);
  return point == time.npos || zone == time.npos ? time.substr(0, point) : time.substr(0, point) + time.substr(zone);
}

void compare(Row& row, double value) {
  const auto& target = *row.target;
  const auto is_beyond = [&](const Threshold& threshold) {
    return target.below ? value > threshold.value : value < threshold.value;
  };
  row.value = value;
  row.verdict = target.critical && is_beyond(*target.critical) ? Verdict::Critical
                : is_beyond(target.bound)                      ? Verdict::Warning
                                                               : Verdict::Ok;
}

class DatabaseJudge {
 public:
  DatabaseJudge(const Targets& targets, const std::optional<DatabaseSample>& before, const DatabaseSample& after,
                std::deque<Target>& owned, Judgement& judgement)
      : targets_(targets), before_(before), after_(after), owned_(owned), judgement_(judgement) {
    if (before && before->started != after.started) restarted_ = "the server was restarted within the window";
  }

  void judge() {
    statements();
    connections();
    locks();
    blocks();
    tables();
  }

 private:
  // Adds a row, which `measure` fills in unless it throws Unjudgeable.
  template <class Measure>
  void add(Target target, Measure measure) {
    Row row;
    row.target = &owned_.emplace_back(std::move(target));
    try {
      measure(row);
    } catch (const Unjudgeable& reason) {
      row.verdict = Verdict::Unknown;
      row.value.reset();
      row.note = reason.what();
    }
    judgement_.rows.push_back(std::move(row));
  }

  template <class T>
  static const T& must_have(const Part<T>& part) {
    if (const auto* unreadable = std::get_if<Unreadable>(&part)) throw Unjudgeable(unreadable->reason);
    return std::get<T>(part);
  }

  // Of both samples, the first one if there is a window. Throws Unjudgeable where their difference says nothing.
  template <class T>
  std::pair<const T*, const T&> pair_of(Part<T> DatabaseSample::*part) const {
    const T& after = must_have(after_.*part);
    if (!before_) return {nullptr, after};
    if (!restarted_.empty()) throw Unjudgeable(restarted_);
    return {&must_have((*before_).*part), after};
  }

  void must_be_of_one_reset() const {
    if (before_ && before_->since != after_.since) throw Unjudgeable("the statistics were reset within the window");
  }

  void too_few(Row& row, double needed, std::string_view of) const {
    row.verdict = Verdict::Skipped;
    row.note = row.samples == 0
                   ? fmt::format("no {}", of)
                   : fmt::format("{} of {} {} needed", format_count(row.samples), format_count(needed), of);
  }

  void statements() {
    std::vector<StatementGrowth> grown;
    std::string reason;
    try {
      const auto [before, after] = pair_of(&DatabaseSample::statements);
      if (before && before->since != after.since) throw Unjudgeable("pg_stat_statements was reset within the window");
      grown = before ? growth(*before, after) : growth(after);
      if (!before) judgement_.remarks.push_back("statements: since " + without_fraction(after.since));
      if (const double forgotten = after.forgotten - (before ? before->forgotten : 0); forgotten > 0)
        judgement_.remarks.push_back(
            fmt::format("pg_stat_statements has dropped its least used statements {} times for room: raise "
                        "pg_stat_statements.max",
                        format_count(forgotten)));
    } catch (const Unjudgeable& unjudgeable) {
      reason = unjudgeable.what();
    }
    const auto must_be_readable = [&] {
      if (!reason.empty()) throw Unjudgeable(reason);
    };
    // The rows of the service come first, by which the budgets are judged too.
    const auto of_service = judgement_.rows;
    for (const auto& target : targets_.targets) {
      if (!target.statements) continue;
      auto own = target;
      own.name = "postgres " + target.name;
      own.metric = "pg_stat_statements";
      add(std::move(own), [&](Row& row) {
        must_be_readable();
        const bool is_judged = std::ranges::any_of(of_service, [&](const Row& one) {
          return one.target == &target && one.verdict != Verdict::Unknown && one.verdict != Verdict::Skipped;
        });
        judge_budget(grown, targets_.min_samples, is_judged, row);
      });
    }
    add(built_in("slowest mean", "pg_stat_statements", Measure::Mean, true, Unit::Seconds, {1, "1s"}), [&](Row& row) {
      must_be_readable();
      slowest(grown, row);
    });
    lists(std::move(grown));
  }

  void slowest(const std::vector<StatementGrowth>& grown, Row& row) const {
    const StatementGrowth* worst = nullptr;
    const auto needed = static_cast<double>(targets_.min_samples);
    for (const auto& one : grown) {
      if (std::ranges::find(kOfRequests, one.statement.query_type) == kOfRequests.end()) continue;
      if (one.calls.n < needed) {
        row.samples = std::max(row.samples, one.calls.n);
      } else if (!worst || one.calls.mean > worst->calls.mean) {
        worst = &one;
      }
    }
    if (!worst) return too_few(row, needed, "calls of one statement");
    row.samples = worst->calls.n;
    row.note = worst->statement.text;
    compare(row, worst->calls.mean);
  }

  void lists(std::vector<StatementGrowth> grown) {
    std::erase_if(grown, [](const StatementGrowth& one) {
      return one.calls.n <= 0 || std::ranges::find(kOfTransactions, one.statement.query_type) != kOfTransactions.end();
    });
    if (grown.empty()) return;
    double all = 0;
    for (const auto& one : grown) all += one.total();
    const auto list = [&](const char* key, const char* title, auto&& rank) {
      std::ranges::stable_sort(grown, std::greater<>{}, rank);
      StatementList result{key, title, {}};
      for (const auto& [statement, calls, is_lost] : grown) {
        if (result.statements.size() == kListed) break;
        const double total = calls.n * calls.mean;
        result.statements.push_back({statement.query_type, statement.table, statement.text, calls.n, calls.mean, total,
                                     all > 0 ? total / all : 0, statement.min, statement.max});
      }
      judgement_.lists.push_back(std::move(result));
    };
    list("slowest_by_mean", "statements with the longest mean",
         [](const StatementGrowth& one) { return one.calls.mean; });
    list("slowest_by_total", "statements with the longest total",
         [](const StatementGrowth& one) { return one.total(); });
  }

  void connections() {
    auto target = built_in("connections", "pg_stat_activity", Measure::Gauge, true, Unit::Ratio, {0.8, "80%"},
                           Threshold{0.95, "95%"});
    for (const auto& level : targets_.targets) {
      if (!level.is_pool_usage) continue;
      target.bound = level.bound;
      target.critical = level.critical;
    }
    add(std::move(target), [&](Row& row) {
      const auto& now = must_have(after_.connections);
      if (now.limit <= 0) throw Unjudgeable("all connections are reserved; lower superuser_reserved_connections");
      row.note = fmt::format("{} of {}, besides {} reserved ones", format_count(now.used), format_count(now.limit),
                             format_count(now.reserved));
      if (now.idle_in_transaction > 0)
        row.note += fmt::format("; {} idle in transaction", format_count(now.idle_in_transaction));
      compare(row, now.used / now.limit);
    });
  }

  void locks() {
    add(built_in("longest lock wait", "pg_locks", Measure::Gauge, true, Unit::Seconds, {1, "1s"}, Threshold{30, "30s"}),
        [&](Row& row) {
          const auto& wait = must_have(after_.locks);
          if (!wait) {
            row.note = "nothing waits";
            return compare(row, 0);
          }
          compare(row, wait->seconds);
          row.note = fmt::format("pid {}, {}, waits for {}", wait->pid, wait->what, wait->lock);
          if (wait->blocker != 0)
            row.note += fmt::format("; pid {} blocks it, {}, in its transaction for {}, last: {}", wait->blocker,
                                    wait->state, format_seconds(wait->transaction), wait->last);
          if (wait->waiting > 1) row.note += fmt::format("; {} wait", wait->waiting);
        });
  }

  void blocks() {
    add(built_in("buffer hit ratio", "pg_stat_database", Measure::Ratio, false, Unit::Ratio, {0.99, "99%"},
                 Threshold{0.9, "90%"}),
        [&](Row& row) {
          const auto [before, after] = pair_of(&DatabaseSample::blocks);
          must_be_of_one_reset();
          const double hits = after.hits - (before ? before->hits : 0);
          row.samples = hits + after.reads - (before ? before->reads : 0);
          const double needed = samples_to_acquit(*row.target);
          if (row.samples < needed) return too_few(row, needed, "blocks");
          row.note = fmt::format("database {}", printable(after_.name));
          compare(row, hits / row.samples);
        });
  }

  void tables() {
    auto target = built_in("sequential scans", "pg_stat_user_tables", Measure::Ratio, true, Unit::Ratio, {0.1, "10%"});
    add(std::move(target), [&](Row& row) {
      const auto [before, after] = pair_of(&DatabaseSample::tables);
      must_be_of_one_reset();
      std::map<std::string_view, const TableStats*> earlier;
      if (before) {
        for (const auto& table : before->tables) earlier[table.key] = &table;
      }
      scans(after, before ? &earlier : nullptr, row);
    });
    unused_indexes();
  }

  void scans(const Tables& tables, const std::map<std::string_view, const TableStats*>* earlier, Row& row) const {
    const auto needed = static_cast<double>(targets_.min_samples);
    std::optional<double> worst;
    for (auto table : tables.tables) {
      if (earlier) {
        const auto it = earlier->find(table.key);
        if (it == earlier->end()) continue;  // was small
        table.sequential_scans -= it->second->sequential_scans;
        table.index_scans -= it->second->index_scans;
      }
      const double scans = table.sequential_scans + table.index_scans;
      if (scans < needed) continue;
      const double share = table.sequential_scans / scans;
      if (worst && share <= *worst) continue;
      worst = share;
      row.samples = scans;
      row.note = fmt::format("{}: {} of its {} scans are sequential, of about {} rows{}", printable(table.name),
                             format_count(table.sequential_scans), format_count(scans), format_count(table.rows),
                             table.has_index ? "" : "; it has no index");
    }
    if (worst) return compare(row, *worst);
    row.verdict = Verdict::Skipped;
    row.note = fmt::format("no table of {} rows was scanned {} times", format_count(kLargeTable), format_count(needed));
  }

  void unused_indexes() {
    const auto* tables = std::get_if<Tables>(&after_.tables);
    if (!tables || tables->unused_indexes.empty()) return;
    std::vector<std::string> texts;
    for (const auto& index : tables->unused_indexes)
      texts.push_back(fmt::format("{} on {} ({})", printable(index.name), printable(index.table),
                                  format_value(index.bytes, Unit::Bytes)));
    const double more = tables->unused - static_cast<double>(texts.size());
    judgement_.remarks.push_back(fmt::format("no query of this server has used an index since {}: {}{}",
                                             after_.since.empty() ? "it was made" : without_fraction(after_.since),
                                             joined(texts, ", "),
                                             more > 0 ? fmt::format(" and {} more", format_count(more)) : ""));
  }

  const Targets& targets_;
  const std::optional<DatabaseSample>& before_;
  const DatabaseSample& after_;
  std::deque<Target>& owned_;
  Judgement& judgement_;
  std::string restarted_;
};

}  // namespace

void judge_database(const Targets& targets, const DatabaseWindow& window, std::deque<Target>& owned,
                    Judgement& judgement) {
  if (const auto* unreadable = std::get_if<Unreadable>(&window.after)) {
    Row row;
    row.target = &owned.emplace_back(built_in("connections", "pg_stat_activity", Measure::Gauge, true, Unit::Ratio,
                                              {0.8, "80%"}, Threshold{0.95, "95%"}));
    row.note = unreadable->reason;
    judgement.rows.push_back(std::move(row));
    return;
  }
  DatabaseJudge(targets, window.before, std::get<DatabaseSample>(window.after), owned, judgement).judge();
}

}  // namespace vitals::tool
