#include "tool/check/judge.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <utility>

#include <fmt/core.h>

#include "tool/check/deciding_row.hpp"

namespace vitals::tool {
namespace {

enum class Side { Within, Beyond, Undecided };

struct Comparison {
  Side side;
  bool interpolated = false;
};

// On which side of a bound T the percentile of a group lies.
// What decides is whether count(le=T) / n >= q, and not the interpolated value. That is exact if T is a bucket bound,
// or if the percentile lies in another bucket than T. A quotient avoids the rounding of q * n.
Comparison compare(const Target& target, const Group& group, const Quantile& quantile, double threshold) {
  const auto& buckets = group.buckets;
  const auto at = std::lower_bound(buckets.begin(), buckets.end(), threshold,
                                   [](const Bucket& bucket, double bound) { return bucket.upper_bound < bound; });
  const auto reaches = [&](const Bucket& bucket) { return bucket.count / group.samples >= target.quantile; };
  if (at->upper_bound == threshold) return {reaches(*at) ? Side::Within : Side::Beyond};
  if (at != buckets.begin() && reaches(*std::prev(at))) return {Side::Within};
  if (!reaches(*at)) return {Side::Beyond};
  if (std::isinf(at->upper_bound)) return {Side::Undecided};
  return {quantile.value <= threshold ? Side::Within : Side::Beyond, true};
}

Verdict from_sides(Side target, std::optional<Side> critical) {
  if (critical == Side::Beyond) return Verdict::Critical;
  if (critical == Side::Undecided || target == Side::Undecided) return Verdict::Unknown;
  return target == Side::Beyond ? Verdict::Warning : Verdict::Ok;
}

// The ranks between which that of the true percentile lies, as values: of samples whose distribution is not known
// (W. J. Conover, Practical Nonparametric Statistics, 3.2).
Interval quantile_interval(const Target& target, const Group& group) {
  const auto ranks = wilson_interval(target.quantile * group.samples, group.samples);
  const auto value = [&](double rank) { return histogram_quantile(rank, group.buckets, group.interpolation); };
  const auto high = value(ranks.high);
  return {value(ranks.low).value, std::isinf(high.upper) ? high.upper : high.value};
}

// Whether a percentile that misses a threshold could not be seen to do so. Native buckets have no last one.
bool could_hide(const Target& target, const Group& group) {
  const double last = std::prev(group.buckets.end(), 2)->upper_bound;
  const double threshold = target.critical ? target.critical->value : target.bound.value;
  return group.interpolation == Interpolation::Linear && threshold > last;
}

void judge_quantile(const Target& target, const Group& group, Row& row) {
  const auto quantile = *measured(target, group, std::nullopt);
  row.value = quantile.value;
  row.value_is_floor = std::isinf(quantile.upper);
  row.value_interpolated = !row.value_is_floor;
  for (const auto& bucket : group.buckets) {
    if (bucket.upper_bound == target.bound.value) row.within = bucket.count / group.samples;
  }
  if (row.within) row.within_interval = wilson_interval(*row.within * group.samples, group.samples);
  row.value_interval = quantile_interval(target, group);
  const auto bound = compare(target, group, quantile, target.bound.value);
  row.interpolated = bound.interpolated;
  std::optional<Side> critical;
  if (target.critical) {
    const auto comparison = compare(target, group, quantile, target.critical->value);
    critical = comparison.side;
    row.interpolated |= comparison.interpolated;
  }
  row.verdict = from_sides(bound.side, critical);
  if (row.verdict == Verdict::Unknown) row.note = "above the last finite bucket; add larger buckets";
  if (row.verdict == Verdict::Ok && could_hide(target, group))
    row.note = "the threshold is above the last finite bucket: beyond it nothing could be told; add larger buckets";
}

// Requests of a classic bucket may all lie at its upper bound: that the percentile doesn't is a guess. A native one is
// so narrow that little hangs on it.
void doubt_estimate(const Target& target, const Group& group, Row& row) {
  if (row.verdict != Verdict::Ok || !row.interpolated || group.interpolation != Interpolation::Linear) return;
  row.verdict = Verdict::Warning;
  row.note = fmt::format("met by an estimate alone: {} is no bucket bound", target.bound.text);
}

void judge_number(const Target& target, double value, Row& row) {
  const auto side = [&](double threshold) {
    return (target.below ? value <= threshold : value >= threshold) ? Side::Within : Side::Beyond;
  };
  row.value = value;
  std::optional<Side> critical;
  if (target.critical) critical = side(target.critical->value);
  row.verdict = from_sides(side(target.bound.value), critical);
}

Row judge_group(const Target& target, const Group& group, const Window& window, std::size_t min_samples) {
  Row row;
  row.target = &target;
  row.group = group.name;
  row.samples = group.samples;
  if (target.measure == Measure::Gauge) {
    if (!std::isfinite(group.value)) throw Unjudgeable(fmt::format("the gauge is {}", group.value));
    judge_number(target, measured(target, group, window.seconds)->value, row);
    return row;
  }
  const auto too_few = [&](double needed) {
    set_too_few(row, needed);
    return row;
  };
  if (group.samples == 0) return too_few(1);
  if (target.measure == Measure::Rate) {
    if (!window.seconds) throw Unjudgeable("a rate needs the time between the scrapes; add --duration");
    judge_number(target, measured(target, group, window.seconds)->value, row);
    return row;
  }
  if (group.samples < static_cast<double>(min_samples)) return too_few(static_cast<double>(min_samples));
  if (target.measure == Measure::Quantile) {
    judge_quantile(target, group, row);
  } else {
    judge_number(target, measured(target, group, window.seconds)->value, row);
    row.value_interval = wilson_interval(group.part, group.samples);
    row.note = group.note;
  }
  const double needed = samples_to_acquit(target);
  if (row.verdict == Verdict::Ok && group.samples < needed) return too_few(needed);
  doubt_estimate(target, group, row);
  return row;
}

// The count of a histogram is compared with its buckets where it is there.
bool is_optional(const Target& target, std::string_view sample_name) {
  return target.measure == Measure::Quantile && sample_name != target.sample_name();
}

// A clock that is off makes every time that it told doubtful. Scrapes and clocks of machines differ a little.
std::string clock_fault(const Window& window) {
  constexpr double kTolerance = 60;
  if (!window.now) return {};
  for (const auto& [labels, start] : window.after.process_starts()) {
    if (start > *window.now + kTolerance)
      return fmt::format("process_start_time_seconds lies {:.0f} s in the future: a clock is wrong, there or here",
                         start - *window.now);
  }
  const auto newest = window.after.newest();
  if (newest && *newest > *window.now + kTolerance)
    return fmt::format("its samples carry timestamps {:.0f} s in the future: a clock is wrong, there or here",
                       *newest - *window.now);
  const auto older = window.before.newest();
  if (newest && older && *newest <= *older)
    return "its samples carry the same timestamps in both scrapes, or older ones: they are not fresh";
  return {};
}

Row judge_target(const Target& target, WindowGroups& groups, std::size_t min_samples) {
  const auto& window = groups.window();
  for (const auto& name : target.sample_names()) {
    const auto fault = window.faults.find(name);
    if (fault != window.faults.end() && !is_optional(target, name)) throw Unjudgeable(fault->second);
  }
  std::vector<Row> rows;
  for (const auto& group : groups.of(target)) rows.push_back(judge_group(target, group, window, min_samples));
  auto row = deciding_row(rows, "had too few samples");
  if (const auto missing = missing_values(window, target); !missing.empty()) add_note(row, missing);
  if (!window.note.empty()) add_note(row, window.note);
  return row;
}

}  // namespace

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::Skipped:
      return "skipped";
    case Verdict::Ok:
      return "ok";
    case Verdict::Warning:
      return "warning";
    case Verdict::Unknown:
      return "unknown";
    case Verdict::Critical:
      return "critical";
  }
  return {};
}

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok:
      return 0;
    case Verdict::Warning:
      return 1;
    case Verdict::Critical:
      return 2;
    case Verdict::Skipped:
    case Verdict::Unknown:
      break;
  }
  return 3;
}

std::string window_fault(const Window& window, const Continuity& process) {
  if (auto mismatch = format_mismatch(window.before, window.after); !mismatch.empty()) return mismatch;
  return process.kind == Continuity::Kind::Restarted ? process.reason : clock_fault(window);
}

std::optional<Quantile> measured(const Target& target, const Group& group, std::optional<double> seconds) {
  const auto exactly = [](double value) { return Quantile{.value = value, .lower = value, .upper = value}; };
  if (target.measure == Measure::Gauge) return exactly(group.value);
  if (group.samples == 0 || (target.measure == Measure::Rate && !seconds)) return std::nullopt;
  if (target.measure == Measure::Rate) return exactly(group.samples / *seconds);
  if (target.measure == Measure::Ratio) return exactly(group.part / group.samples);
  return histogram_quantile(target.quantile, group.buckets, group.interpolation);
}

Judgement judge(const Targets& targets, const Window& window, const Window* budget_window) {
  WindowGroups groups(window);
  std::optional<WindowGroups> budget_groups;
  if (budget_window) budget_groups.emplace(*budget_window);
  return judge(targets, groups, budget_groups ? &*budget_groups : nullptr);
}

Judgement judge(const Targets& targets, WindowGroups& main_groups, WindowGroups* budget_groups) {
  Judgement result;
  result.process = main_groups.process();
  const auto fault = window_fault(main_groups.window(), result.process);
  for (const auto& target : targets.targets) {
    auto& groups = target.over_budget_window && budget_groups ? *budget_groups : main_groups;
    if (target.leave_out_missing && !is_there(groups.window(), target)) {
      result.left_out.push_back(&target);
      continue;
    }
    Row unknown;
    unknown.target = &target;
    try {
      if (!fault.empty()) throw Unjudgeable(fault);
      result.rows.push_back(judge_target(target, groups, targets.min_samples));
    } catch (const NoSeriesYet& reason) {
      unknown.verdict = target.skip_few && !target.select ? Verdict::Skipped : Verdict::Unknown;
      unknown.note = reason.what();
      result.rows.push_back(unknown);
    } catch (const Unjudgeable& reason) {
      unknown.note = reason.what();
      result.rows.push_back(unknown);
    }
  }
  return result;
}

Verdict worst(const std::vector<Row>& rows) {
  Verdict result = Verdict::Skipped;
  for (const auto& row : rows) result = std::max(result, row.verdict);
  return result == Verdict::Skipped ? Verdict::Unknown : result;
}

double samples_to_acquit(const Target& target) {
  double bad_share = 1;
  if (target.measure == Measure::Quantile) bad_share = 1 - target.quantile;
  if (target.measure == Measure::Ratio) bad_share = target.below ? target.bound.value : 1 - target.bound.value;
  return events_to_prove(bad_share);  // a target of 0 % or 100 % allows no bad share at all
}

std::optional<bool> is_proven(const Row& row) {
  const auto& target = *row.target;
  const bool is_quantile = target.measure == Measure::Quantile;
  const auto& interval = is_quantile ? row.within_interval : row.value_interval;
  if (!interval) return std::nullopt;
  const double bound = is_quantile ? target.quantile : target.bound.value;
  return is_quantile || !target.below ? interval->low >= bound || interval->high < bound
                                      : interval->high <= bound || interval->low > bound;
}

}  // namespace vitals::tool
