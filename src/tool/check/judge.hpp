#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tool/check/confidence.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/growth.hpp"
#include "tool/check/statement_list.hpp"
#include "tool/check/targets.hpp"
#include "tool/check/window_groups.hpp"

namespace vitals::tool {

/// In order of how bad they are: the worst row decides. Critical is worse than unknown, because it is certain; unknown
/// is worse than a warning, because it may hide something critical.
enum class Verdict { Skipped, Ok, Warning, Unknown, Critical };

std::string_view name(Verdict verdict);
/// The exit status, as Nagios wants it: 0 ok, 1 warning, 2 critical, 3 unknown. A check in which everything was skipped
/// has shown nothing: 3.
int exit_code(Verdict verdict);

/// How a row compares with that of the same name in an earlier report.
struct Change {
  double baseline = 0;  ///< its value
  double relative = 0;  ///< of the value: 0.1 is a tenth more; +Inf of more than nothing
  Verdict verdict = Verdict::Ok;
};

/// The verdict on one target.
struct Row {
  const Target* target = nullptr;
  std::string group;  ///< of a target with `each`: the group that decides
  Verdict verdict = Verdict::Unknown;
  std::optional<double> value;      ///< in the unit of the target
  bool value_is_floor = false;      ///< the percentile lies above the last finite bucket: the value is at least this
  bool value_is_ceiling = false;    ///< the percentile is at most this
  bool value_interpolated = false;  ///< a percentile between the bounds of its bucket: the value is an estimate
  bool interpolated = false;        ///< the threshold lies inside the bucket of the percentile: so is the verdict
  double samples = 0;               ///< events within the window; 0 of a gauge
  std::optional<double> within;     ///< exact share of events at or under the target, when it is a bucket bound
  std::optional<Interval> within_interval{};  ///< of that share, with 95 % confidence
  std::optional<Interval> value_interval{};   ///< of a ratio or percentile, with 95 % confidence; its end may be +Inf
  std::string note;
  std::optional<Change> change{};
};

struct Judgement {
  std::vector<Row> rows;                ///< one for each target that was not left out, in their order
  std::vector<const Target*> left_out;  ///< the service has no such metric, which is no fault of these
  Continuity process;
  bool has_baseline = false;
  std::vector<std::string> not_compared;  ///< which rows have no counterpart, and on which side
  std::vector<StatementList> lists;       ///< of a database
  std::vector<std::string> remarks;       ///< what else there is to say, for people
  std::string failure;                    ///< why nothing could be measured, in one line; empty: it could
};

/// `budget_window`: what targets that are `over_budget_window` are judged by; without it, `window` too.
Judgement judge(const Targets& targets, const Window& window, const Window* budget_window = nullptr);
/// The same of what is known of the window already.
Judgement judge(const Targets& targets, WindowGroups& groups, WindowGroups* budget_groups = nullptr);

/// Why nothing can be told by these two scrapes; mostly empty.
std::string window_fault(const Window& window, const Continuity& process);

/// What the target measures of a group, and between which bounds it is if that isn't known; nothing if nothing happened
/// or if a rate has no time.
std::optional<Quantile> measured(const Target& target, const Group& group, std::optional<double> seconds);

Verdict worst(const std::vector<Row>& rows);

/// How many samples it takes to say that a target is met: so many that, were none of them bad, it would be shown with
/// 95 % confidence. p99 needs 299, an error rate of 0.1% needs 2995. Fewer samples can only show that a target is
/// missed.
double samples_to_acquit(const Target& target);

/// Whether the interval of what decides lies on one side of the target; nothing of a row that has none.
std::optional<bool> is_proven(const Row& row);

}  // namespace vitals::tool
