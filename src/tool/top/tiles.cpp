#include "tool/top/tiles.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/core.h>

#include "tool/check/report_words.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {
namespace {

class TileMaker {
 public:
  TileMaker(const Subjects& subjects, Look& look, const Judgement& judgement)
      : subjects_(subjects), look_(look), judgement_(judgement) {}

  std::vector<Tile> all() {
    for (const auto& subject : subjects_.tiles) {
      if (is_shown(subject.measured, subject.judged)) add(subject);
    }
    pool();
    memory();
    cpu();
    return std::move(tiles_);
  }

 private:
  // A promise about what the service doesn't have is shown, unless the promise says that it may be missing.
  bool is_shown(const Target& subject, const Target* judged) const {
    return look_.is_there(subject) || (judged && !judged->leave_out_missing);
  }

  void add(const TileSubject& subject) {
    Tile tile{.label = subject.label};
    std::vector<double> thresholds;
    if (const auto* judged = subject.judged; judged && judged->metric == subject.measured.metric) {
      thresholds.push_back(judged->bound.value);
      if (judged->critical) thresholds.push_back(judged->critical->value);
    }
    const auto seen = look_.see(subject.measured);
    tile.note = seen.why;
    if (const auto* group = seen.whole()) {
      const auto value = measured(subject.measured, *group, look_.seconds());
      if (value && std::isfinite(value->value)) {
        tile.number = value->value;
        tile.value = quantile_text(*value, subject.measured.bound_unit, thresholds);
      }
    }
    judge(subject.judged, tile);
    tiles_.push_back(std::move(tile));
  }

  void judge(const Target* judged, Tile& tile) const {
    if (!judged) return;
    tile.target = target_text(*judged);
    const auto row = std::ranges::find(judgement_.rows, judged, &Row::target);
    if (row == judgement_.rows.end()) return;
    tile.verdict = row->verdict;
    if (tile.note.empty()) tile.note = row->note;
  }

  // The fullest one of all kinds.
  void pool() {
    const auto* judged = subjects_.judged_pools;
    std::optional<double> fullest;
    for (const auto& [kind, in_use, size] : subjects_.pools) {
      const auto sizes = look_.by_values(size);
      for (const auto& [pool, used] : look_.by_values(in_use)) {
        const auto all = sizes.find(pool);
        if (all != sizes.end() && all->second->value > 0 && std::isfinite(used->value))
          fullest = std::max(fullest.value_or(0), used->value / all->second->value);
      }
    }
    if (!fullest) return;
    Tile tile{.label = "fullest pool", .value = format_value(*fullest, Unit::Ratio), .number = fullest};
    judge(judged, tile);
    tiles_.push_back(std::move(tile));
  }

  std::optional<double> gauge(const Target& subject) {
    const auto seen = look_.see(subject);
    const auto* group = seen.whole();
    return group && std::isfinite(group->value) ? std::optional(group->value) : std::nullopt;
  }

  // In bytes, and so is what is promised of its share.
  void memory() {
    const auto used = gauge(subjects_.memory);
    if (!used) return;
    Tile tile{.label = "memory", .value = format_value(*used, Unit::Bytes), .number = used};
    const auto* judged = subjects_.judged_memory;
    judge(judged, tile);
    if (judged && !judged->whole.empty()) {
      const auto limit = gauge(subjects_.memory_limit);
      if (limit) tile.target = "<= " + format_value(judged->bound.value * *limit, Unit::Bytes);
    }
    tiles_.push_back(std::move(tile));
  }

  void cpu() {
    if (!look_.is_there(subjects_.cpu)) return;
    Tile tile{.label = "CPU"};
    const auto seen = look_.see(subjects_.cpu);
    tile.note = seen.why;
    if (const auto* group = seen.whole()) {
      if (look_.seconds()) tile.number = group->samples / *look_.seconds();
    }
    if (tile.number) tile.value = format_value(*tile.number, Unit::Number) + " cores";
    tiles_.push_back(std::move(tile));
  }

  const Subjects& subjects_;
  Look& look_;
  const Judgement& judgement_;
  std::vector<Tile> tiles_;
};

}  // namespace

std::string quantile_text(const Quantile& quantile, Unit unit, std::span<const double> thresholds) {
  const bool is_floor = std::isinf(quantile.upper);
  return (is_floor ? "> " : "") + format_value(quantile.value, unit, is_floor ? std::span<const double>{} : thresholds);
}

std::vector<Tile> tiles(const Subjects& subjects, Look& look, const Judgement& judgement) {
  return TileMaker(subjects, look, judgement).all();
}

}  // namespace vitals::tool
