// The rules of what is registered with a distribution: native buckets, summaries.
#include <cmath>
#include <string>

#include "core/cell_arena.hpp"
#include "core/log_cells.hpp"
#include "core/names.hpp"
#include "core/text_format.hpp"

namespace vitals::detail {

namespace {

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

void check_native(std::string_view metric, const Native& native, std::size_t bounds) {
  if (!(native.factor > 1) || std::isinf(native.factor))
    refuse(metric, show("native buckets: factor", native.factor) + ": must be more than 1 and finite; use 1.1");
  for (const double threshold : {native.zero_threshold, native.max_zero_threshold}) {
    if (!(threshold >= 0) || std::isinf(threshold))
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
    if (!(quantile >= 0 && quantile <= 1))
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
