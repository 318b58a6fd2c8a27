#include "core/registry/declaration_rules.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <vitals/detail/cells.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/cells/log_cells.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/text/escaping.hpp"
#include "core/text/limits.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/names.hpp"
#include "core/text/refuse.hpp"
#include "core/text/units.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

static_assert((kMaxBounds + 1) * sizeof(PairCell) <= kMaxCellBytes);

constexpr std::size_t kMostBuckets = 2500;
constexpr std::size_t kMostBounds = 1000;
// The largest table that these ask for: twice the buckets, where the bucket of zero may take some in.
static_assert((2 * kMostBuckets + 1 + kMostBounds) * 4 / 3 < 8192 && 8192 * sizeof(PairCell) <= kMaxCellBytes &&
              kMostBounds < kMaxClassicBuckets);

std::string show(const char* what, double value) {
  std::string out = what;
  out += ' ';
  append_number(out, value);
  return out;
}

}  // namespace

void check_metric_name(std::string_view name, bool utf8) {
  if (valid_metric_name(name, utf8)) return;
  if (utf8) refuse(name, "a metric name must be UTF-8 text that is not empty; give it a name");
  refuse(name, "a metric name must match [a-zA-Z_:][a-zA-Z0-9_:]*; use \"" +
                   nearest_legacy_name(name, NameKind::Metric) + "\"");
}

void check_unit(std::string_view metric, std::string_view base, std::string_view unit) {
  if (unit.empty()) return;
  if (unit == suffix::kTotal.substr(1) || unit == suffix::kInfo.substr(1))
    refuse(metric, "unit \"" + std::string{unit} + "\": that is an ending of names; use a unit such as \"seconds\"");
  if (!is_legacy_name(unit, NameKind::Label))
    refuse(metric, "unit \"" + to_valid_utf8(unit) +
                       "\": a unit must match [a-zA-Z_][a-zA-Z0-9_]*; use a word such as \"seconds\"");
  if (!ends_in_unit(base, unit) || base.size() <= unit.size() + 1)
    refuse(metric, "unit \"" + std::string{unit} + "\": the name must end in it (before _total); use \"" +
                       std::string{base} + "_" + std::string{unit} +
                       std::string{metric.ends_with(suffix::kTotal) ? suffix::kTotal : ""} + "\"");
}

void check_states(std::string_view metric, std::span<const std::string> states) {
  constexpr std::size_t kMaxStates = 64;
  if (states.empty()) refuse(metric, "a state set needs at least one state; name some");
  if (states.size() > kMaxStates)
    refuse(metric, std::to_string(states.size()) + " states; at most " + std::to_string(kMaxStates) +
                       " are allowed, use a gauge with a label");
  for (auto state = states.begin(); state != states.end(); ++state) {
    if (state->empty()) refuse(metric, "state \"\": a state must have a name; give it one");
    if (!is_valid_utf8(*state))
      refuse(metric, "state \"" + to_valid_utf8(*state) + "\": a state's name must be UTF-8 text; rename it");
    if (std::find(states.begin(), state, *state) != state)
      refuse(metric, "state \"" + *state + "\": declared twice; states must differ");
  }
}

void check_bounds(std::string_view metric, std::span<const double> bounds, std::string_view series) {
  if (are_bounds(bounds)) return;
  const auto refuse_them = [&](const std::string& why) {
    refuse(metric, (series.empty() ? "" : "series {" + std::string{series} + "}: ") + why);
  };
  if (bounds.empty())
    refuse_them(
        "a histogram needs at least one bucket bound; give some, use Buckets::latency(), or for sum and count alone a "
        "summary without quantiles");
  if (bounds.size() > kMaxBounds)
    refuse_them(std::to_string(bounds.size()) + " bucket bounds; at most " + std::to_string(kMaxBounds) +
                " are allowed; leave some out, or use native buckets");
  const auto wrong = first_wrong_bound(bounds);
  const auto bound = show("bucket bound", bounds[wrong]);
  if (std::isnan(bounds[wrong])) refuse_them(bound + ": not a number; remove it");
  if (std::isinf(bounds[wrong]))
    refuse_them(bound + ": bounds must be finite, +Inf is added by the histogram; remove it");
  refuse_them(bound + show(" after", bounds[wrong - 1]) +
              ": bounds must ascend without repeats; sort them and remove duplicates");
}

void check_native(std::string_view metric, const Native& native, std::size_t bounds) {
  if (!(native.factor > 1) || std::isinf(native.factor))
    refuse(metric, show("native buckets: factor", native.factor) + ": must be more than 1 and finite; use 1.1");
  for (const double threshold : {native.zero_threshold, native.max_zero_threshold}) {
    if (!is_zero_threshold(threshold))
      refuse(metric, show("native buckets: threshold", threshold) + ": must be finite and not negative; use 0x1p-128");
  }
  if (native.max_buckets < 2 || native.max_buckets > kMostBuckets)
    refuse(metric, "native buckets: max_buckets " + std::to_string(native.max_buckets) + ": must be 2 to " +
                       std::to_string(kMostBuckets) + "; use 160");
  if (bounds > kMostBounds)
    refuse(metric, std::to_string(bounds) + " bucket bounds beside native buckets; at most " +
                       std::to_string(kMostBounds) + " are allowed; leave them out");
}

void check_summary(std::string_view metric, const SummaryOptions& summary) {
  for (const double quantile : summary.quantiles) {
    if (!is_quantile(quantile))
      refuse(metric, show("quantile", quantile) + ": must be from 0 to 1; use 0.95 for the 95th percentile");
  }
  for (std::size_t i = 1; i < summary.quantiles.size(); ++i) {
    if (!(summary.quantiles[i - 1] < summary.quantiles[i]))
      refuse(metric, show("quantile", summary.quantiles[i]) + ": must ascend without repeats; sort them");
  }
  if (summary.slices < 2 || summary.slices > 60)
    refuse(metric, std::to_string(summary.slices) + " slices: must be 2 to 60; use 6");
  const auto slices = static_cast<std::chrono::nanoseconds::rep>(summary.slices);
  if (summary.window < slices * std::chrono::milliseconds{10} || summary.window > std::chrono::hours{24 * 366})
    refuse(metric,
           show("window of", std::chrono::duration<double>(summary.window).count()) +
               " s: must be at least 10 ms for each slice, the accuracy of the clock, and at most a year; use 60 s");
}

}  // namespace vitals::detail
