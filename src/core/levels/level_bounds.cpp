#include "core/levels/level_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/text/limits.hpp"
#include "core/text/quantity.hpp"

namespace vitals::detail {

namespace {

template <class Levels>
void add_all_bounds(LevelBounds& bounds, const std::string& list, const Levels& levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) add_bounds(bounds, list + '[' + std::to_string(i) + ']', levels[i]);
}

// Both are whole numbers that a double has (a day has 2^47 ns): the quotient is the double nearest to the decimal.
double in_seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

// 0.1 + 2 * 0.1 is 0.30000000000000004, and bounds that grow by a factor are rounded at each step.
bool differ_by_rounding(double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(std::abs(a), std::abs(b)); }

bool is_below(std::chrono::nanoseconds time, double last) {
  return in_seconds(time) < last && !differ_by_rounding(in_seconds(time), last);
}

}  // namespace

LevelBounds request_bounds(const ServiceLevels& levels) {
  LevelBounds bounds;
  add_all_bounds(bounds, "latency", levels.latency);
  add_all_bounds(bounds, "endpoint_classes", levels.endpoint_classes);
  add_all_bounds(bounds, "route_budgets", levels.route_budgets);
  return bounds;
}

LevelBounds query_bounds(const ServiceLevels& levels) {
  LevelBounds bounds;
  add_all_bounds(bounds, "query_budgets", levels.query_budgets);
  return bounds;
}

std::vector<LevelMistake> bound_mistakes(const Buckets& base, const LevelBounds& thresholds) {
  std::vector<LevelMistake> mistakes;
  if (!are_bounds(base.bounds())) return mistakes;
  const double last = base.bounds().back();
  for (const auto& [where, time] : thresholds) {
    if (is_below(time, last)) continue;
    mistakes.push_back({where, time_text(time) + " is not below the last bucket bound, " +
                                   (last >= 0 ? decimal_text(last) : std::to_string(last)) +
                                   "s, above which no percentile can be told; give buckets that go further"});
  }
  return mistakes;
}

Buckets with_bounds(const Buckets& base, const LevelBounds& thresholds) {
  if (!are_bounds(base.bounds())) return base;
  std::vector<double> bounds;
  for (const auto& threshold : thresholds) {
    if (is_below(threshold.time, base.bounds().back())) bounds.push_back(in_seconds(threshold.time));
  }
  std::ranges::sort(bounds);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  const std::vector<double> own = bounds;
  for (const double bound : base.bounds()) {
    // The nearest threshold is the first that is not below it, or the one before.
    const auto above = std::ranges::lower_bound(own, bound);
    const bool is_there = (above != own.end() && differ_by_rounding(*above, bound)) ||
                          (above != own.begin() && differ_by_rounding(*(above - 1), bound));
    if (!is_there) bounds.push_back(bound);
  }
  std::ranges::sort(bounds);
  return Buckets{std::span<const double>{bounds}};
}

}  // namespace vitals::detail
