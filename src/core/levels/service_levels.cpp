#include <algorithm>
#include <stdexcept>
#include <utility>

#include <vitals/service_levels.hpp>

#include "core/levels/level_rules.hpp"
#include "core/text/quantity.hpp"

namespace vitals {

namespace {

using std::chrono::nanoseconds;

// Where each threshold stands, and in seconds the very double that its text is.
using LevelBounds = std::vector<std::pair<std::string, nanoseconds>>;

template <class Levels>
void add_bounds(LevelBounds& bounds, const char* list, const Levels& levels) {
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const auto where = std::string{list} + '[' + std::to_string(i) + "].";
    bounds.emplace_back(where + "target", levels[i].target);
    if (levels[i].critical) bounds.emplace_back(where + "critical", *levels[i].critical);
    if (levels[i].alert) bounds.emplace_back(where + "alert", *levels[i].alert);
  }
}

[[noreturn]] void refuse_levels(const std::string& lines) {
  throw std::invalid_argument("vitals: service levels:" + lines);
}

// Both are whole numbers that a double has (a day has 2^47 ns): the quotient is the double nearest to the decimal.
double in_seconds(nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }

Buckets with_bounds(const Buckets& base, const LevelBounds& thresholds) {
  std::vector<double> bounds(base.bounds().begin(), base.bounds().end());
  const double last = bounds.empty() ? 0 : bounds.back();
  std::string mistakes;
  for (const auto& [where, time] : thresholds) {
    if (in_seconds(time) >= last)
      mistakes += "\n" + where + ": " + detail::time_text(time) + " is not below the last bucket bound, " +
                  detail::decimal_text(last) + "s, above which no percentile can be told; give buckets that go further";
    bounds.push_back(in_seconds(time));
  }
  if (!mistakes.empty()) refuse_levels(mistakes);
  std::ranges::sort(bounds);
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return Buckets{std::span<const double>{bounds}};
}

}  // namespace

std::vector<BurnRateAlert> ServiceLevels::default_burn_rate_alerts() {
  using namespace std::chrono_literals;
  return {{AlertSeverity::Page, 14.4, 1h, 5min},
          {AlertSeverity::Page, 6, 6h, 30min},
          {AlertSeverity::Ticket, 3, 24h, 2h},
          {AlertSeverity::Ticket, 1, 72h, 6h}};
}

void ServiceLevels::check() const {
  std::string lines;
  for (const auto& [where, text, because] : detail::level_mistakes(*this)) {
    lines += '\n';
    if (!where.empty()) lines += where + ": ";
    lines += text;
  }
  if (!lines.empty()) refuse_levels(lines);
}

Buckets ServiceLevels::request_buckets(const Buckets& base) const {
  LevelBounds bounds;
  add_bounds(bounds, "latency", latency);
  add_bounds(bounds, "endpoint_classes", endpoint_classes);
  add_bounds(bounds, "route_budgets", route_budgets);
  return with_bounds(base, bounds);
}

Buckets ServiceLevels::query_buckets(const Buckets& base) const {
  LevelBounds bounds;
  add_bounds(bounds, "query_budgets", query_budgets);
  return with_bounds(base, bounds);
}

}  // namespace vitals
