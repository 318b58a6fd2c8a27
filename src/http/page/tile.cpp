#include "http/page/tile.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/formats/text_pieces.hpp"
#include "core/levels/builtin_levels.hpp"
#include "http/page/service_metrics.hpp"

namespace vitals::detail {
namespace {

template <class Level>
void promise(Tile& tile, const std::optional<Level>& level, double unit = 1) {
  if (!level) return;
  tile.target = level->target * unit;
  if (level->critical) tile.critical = *level->critical * unit;
}

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

// The last value of a gauge, and those of each slot, added up over its series.
std::optional<Tile> gauge_tile(const Stretch& stretch, std::string_view metric, Tile tile) {
  const bool is_there = stretch.for_each(metric, [&](const auto&, const Track& track) {
    const auto rows = stretch.rows(track);
    if (tile.values.empty()) tile.values.assign(rows.size(), kUnknown);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (!std::isnan(rows[i].last))
        tile.values[i] = std::isnan(tile.values[i]) ? rows[i].last : tile.values[i] + rows[i].last;
    }
  });
  if (!is_there) return std::nullopt;
  if (!tile.values.empty()) tile.value = tile.values.back();
  return tile;
}

class Tiles {
 public:
  Tiles(const Stretch& stretch, const ServiceLevels* levels)
      : stretch_{stretch},
        metrics_{service_metrics(stretch.history(), levels)},
        levels_{levels != nullptr ? *levels : builtin_} {}

  std::vector<Tile> all() {
    requests();
    cache();
    pool();
    process();
    return std::move(tiles_);
  }

 private:
  void requests() {
    Timings by_route{stretch_};
    const auto add_to = [](Timings& times) { return [&times](const auto&, const Track& track) { times.add(track); }; };
    const bool has_routes = stretch_.for_each(metrics_.durations, add_to(by_route));
    Timings narrow{stretch_};
    const bool has_narrow = stretch_.for_each(kAllRequests, add_to(narrow));
    if (!has_routes && !has_narrow) return;
    const Timings& all = has_narrow ? narrow : by_route;
    std::set<double> percentiles{0.5, 0.95, 0.99};
    for (const auto& objective : levels_.latency) percentiles.insert(objective.objective);
    for (const double q : percentiles) tiles_.push_back(percentile(all, by_route, q));
    Tile rate{.name = "requests",
              .label = "Requests",
              .unit = "1/s",
              .value = all.per_second(),
              .values = all.rates(),
              .count = static_cast<double>(all.count()),
              .less_is_better = false,
              .is_judged = false};
    promise(rate, levels_.throughput);
    tiles_.push_back(std::move(rate));
    if (auto active = gauge_tile(stretch_, metrics_.active, {.name = "active", .label = "Active", .unit = ""}))
      tiles_.push_back(std::move(*active));
    failures();
  }

  // In narrow buckets it is told well; but where the routes' buckets end at a promised time, they alone know for sure
  // whether it is kept.
  Tile percentile(const Timings& all, const Timings& by_route, double q) const {
    std::string name = "p";
    append_number(name, std::round(q * 1e6) / 1e4);
    Tile tile{.name = name,
              .label = name,
              .unit = "s",
              .value = all.quantile(q),
              .values = all.quantiles(q),
              .count = static_cast<double>(all.count()),
              .is_beyond = all.is_beyond(q)};
    for (const auto& objective : levels_.latency) {
      if (objective.objective != q) continue;
      tile.target = seconds(objective.target);
      if (objective.critical) tile.critical = seconds(*objective.critical);
    }
    const double sure = by_route.quantile(q);
    for (const double limit : {tile.target, tile.critical}) {
      if (!std::isnan(sure) && by_route.has_bound(limit) && (tile.value > limit) != (sure > limit)) tile.value = sure;
    }
    return tile;
  }

  void failures() {
    Counts all{stretch_};
    Counts bad{stretch_};
    stretch_.for_each(metrics_.requests, [&](const auto& labels, const Track& track) {
      all.add(track);
      if (is_bad_status(label_of(labels, metrics_.status), levels_)) bad.add(track);
    });
    Tile errors{.name = "errors",
                .label = "Errors",
                .unit = "ratio",
                .value = bad.share_of(all),
                .values = bad.shares_of(all),
                .count = all.total()};
    Tile availability{.name = "availability",
                      .label = "Availability",
                      .unit = "ratio",
                      .value = 1 - errors.value,
                      .count = all.total(),
                      .less_is_better = false};
    for (const double share : errors.values) availability.values.push_back(1 - share);
    promise(errors, levels_.error_rate);
    promise(availability, levels_.availability);
    tiles_.push_back(std::move(errors));
    if (levels_.availability) tiles_.push_back(std::move(availability));
  }

  void cache() {
    Counts hits{stretch_};
    Counts all{stretch_};
    const bool is_there = stretch_.for_each(metrics_.cache, [&](const auto& labels, const Track& track) {
      all.add(track);
      if (label_of(labels, metrics_.hit) == "true") hits.add(track);
    });
    if (!is_there) return;
    Tile tile{.name = "cache_hits",
              .label = "Cache hits",
              .unit = "ratio",
              .value = hits.share_of(all),
              .values = hits.shares_of(all),
              .count = all.total(),
              .less_is_better = false};
    promise(tile, levels_.cache_hit_ratio);
    tiles_.push_back(std::move(tile));
  }

  // Of the fullest one.
  void pool() {
    std::optional<Tile> fullest;
    for (const auto& use : pools(stretch_)) {
      Tile tile{.name = "pool", .label = "Fullest pool", .unit = "ratio", .value = use.in_use.back() / use.size};
      for (const double in_use : use.in_use) tile.values.push_back(in_use / use.size);
      if (!fullest || tile.value > fullest->value) fullest = std::move(tile);
    }
    if (!fullest) return;
    promise(*fullest, levels_.pool_usage);
    tiles_.push_back(std::move(*fullest));
  }

  void process() {
    if (auto memory = gauge_tile(stretch_, metrics_.memory, {.name = "memory", .label = "Memory", .unit = "B"})) {
      const auto limit = gauge_tile(stretch_, metrics_.memory_limit, {.name = "limit", .label = "", .unit = "B"});
      if (limit && !std::isnan(limit->value)) promise(*memory, levels_.memory_usage, limit->value);
      tiles_.push_back(std::move(*memory));
    }
    Counts cpu{stretch_};
    if (stretch_.for_each("process_cpu_seconds_total", [&cpu](const auto&, const Track& track) { cpu.add(track); }))
      tiles_.push_back(
          {.name = "cpu", .label = "CPU", .unit = "cores", .value = cpu.per_second(), .values = cpu.rates()});
  }

  const Stretch& stretch_;
  const ServiceMetrics metrics_;
  const ServiceLevels builtin_ = builtin_levels();
  const ServiceLevels& levels_;
  std::vector<Tile> tiles_;
};

}  // namespace

std::string_view Tile::verdict() const noexcept {
  if (std::isnan(target) || !is_judged) return "none";
  if (std::isnan(value) || count.value_or(kLeastEvents) < kLeastEvents) return "unknown";
  const auto misses = [this](double limit) { return less_is_better ? value > limit : value < limit; };
  if (!std::isnan(critical) && misses(critical)) return "critical";
  return misses(target) ? "warning" : "ok";
}

std::vector<Tile> tiles(const Stretch& stretch, const ServiceLevels* levels) { return Tiles{stretch, levels}.all(); }

}  // namespace vitals::detail
