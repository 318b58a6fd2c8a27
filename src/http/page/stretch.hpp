#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "http/history/history.hpp"

namespace vitals::detail {

/// The value of a label, or "".
[[nodiscard]] std::string_view label_of(const std::vector<Label>& labels, std::string_view name) noexcept;

/// A stretch of the past, up to now. Lifetime: the history must outlive it, and not change.
class Stretch {
 public:
  Stretch(const History& history, std::chrono::seconds range) : history_{history}, view_{history.view(range)} {}

  [[nodiscard]] const History& history() const noexcept { return history_; }
  [[nodiscard]] const std::vector<HistorySlot>& slots() const noexcept { return view_.slots; }
  /// How long it is: at most the range, and a slot.
  [[nodiscard]] double seconds() const;
  /// One for each slot.
  [[nodiscard]] std::vector<TrackRow> rows(const Track& track) const { return history_.rows(track, view_); }

  /// Calls visit(labels, track) for each series of a metric. False: there is none.
  template <class Visit>
  bool for_each(std::string_view metric, Visit visit) const {
    const auto family = history_.families().find(metric);
    if (family == history_.families().end()) return false;
    for (const auto& [labels, track] : family->second.tracks) visit(labels, track);
    return !family->second.tracks.empty();
  }

 private:
  const History& history_;
  const History::View view_;
};

/// Counts of each slot, added up over series. Values are NaN where there is none.
class Counts {
 public:
  explicit Counts(const Stretch& stretch) : stretch_{stretch}, slots_(stretch.slots().size()) {}

  void add(const Track& track);
  [[nodiscard]] double total() const noexcept;
  [[nodiscard]] double per_second() const;
  /// Of each slot.
  [[nodiscard]] std::vector<double> rates() const;
  /// This of all of that, over the stretch and in each slot. NaN: there were none.
  [[nodiscard]] double share_of(const Counts& all) const;
  [[nodiscard]] std::vector<double> shares_of(const Counts& all) const;

 private:
  const Stretch& stretch_;
  std::vector<double> slots_;
};

/// Observations of each slot, added up over histograms: of different bounds by those that all of them have.
class Timings {
 public:
  explicit Timings(const Stretch& stretch) : stretch_{stretch} {}

  void add(const Track& track);
  [[nodiscard]] std::uint64_t count() const noexcept { return all_.count(); }
  [[nodiscard]] double per_second() const;
  /// As Prometheus's histogram_quantile over the increase of the buckets. NaN: there were no observations.
  [[nodiscard]] double quantile(double q) const;
  /// Whether observations of at most that much are counted, and so on which side of it a quantile is.
  [[nodiscard]] bool has_bound(double bound) const;
  /// Whether it lies beyond the last bound, which is then what quantile() gives.
  [[nodiscard]] bool is_beyond(double q) const;
  /// Of each slot.
  [[nodiscard]] std::vector<double> quantiles(double q) const;
  [[nodiscard]] std::vector<double> rates() const;

 private:
  [[nodiscard]] double quantile_of(const TrackRow& row, double q) const;

  const Stretch& stretch_;
  std::optional<std::vector<double>> bounds_;  // empty: nothing was added yet
  std::vector<TrackRow> slots_;
  TrackRow all_;
};

}  // namespace vitals::detail
