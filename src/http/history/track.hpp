#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <vitals/snapshot.hpp>

#include "http/history/row_ring.hpp"

namespace vitals::detail {

/// How the past is kept: the older, the coarser. A row of a tier is made of so many of the tier before.
struct HistoryTier {
  std::size_t rows;       // that are kept
  std::size_t from_rows;  // of the tier before; of the first: one sample
};
/// With a sample each 5 s: 5 min, an hour, a day and 30 days.
inline constexpr std::array<HistoryTier, 4> kHistoryTiers{{{60, 1}, {60, 12}, {48, 30}, {60, 24}}};

/// What a series did over some rows. Counts, not rates: what is added up stays true.
struct TrackRow {
  double increase = 0;                   ///< counters; histograms: of the sum
  double last = 0;                       ///< gauges: as the time ended; NaN: there was none
  double most = 0;                       ///< gauges: the highest of the samples
  std::vector<std::uint64_t> buckets{};  ///< histograms: observations by bucket, not cumulative, the last is +Inf

  [[nodiscard]] std::uint64_t count() const noexcept;
  /// What came after it, of the same series.
  void add(const TrackRow& later);
};

/// The past of a series.
class Track {
 public:
  /// Of a counter, gauge or histogram. What it has counted until now is part of its past if it is new, as it counted
  /// from 0 since the last sample of the others.
  Track(MetricType type, const MetricSnapshot& now, bool is_new, std::uint64_t number);

  [[nodiscard]] MetricType type() const noexcept { return type_; }
  /// Upper bounds of the buckets but for the last one, +Inf.
  [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }

  /// What it did since the last sample; null: it isn't there any more. A count that went down began anew at 0, as
  /// Prometheus has it. `number` is that of the sample.
  void sample(const MetricSnapshot* now, std::uint64_t number);
  /// Whether a sample can be of it: a histogram whose bounds have changed is another one.
  [[nodiscard]] bool fits(const MetricSnapshot& now) const noexcept;
  /// Ends a row of the tier, made of the newest rows of the one before. REQUIRES: tier > 0.
  void end_row(std::size_t tier);

  /// The newest n rows of a tier, or as many as there are, each added up with visit(const TrackRow&), the oldest first.
  template <class Visit>
  void for_newest(std::size_t tier, std::size_t n, Visit visit) const {
    tiers_[tier].for_newest(n, columns(), [&](std::span<const std::uint64_t> row) { visit(decoded(row)); });
  }
  [[nodiscard]] std::size_t rows(std::size_t tier) const noexcept { return tiers_[tier].size(); }
  /// A row in which nothing was counted, of a time in which the series was not there.
  [[nodiscard]] TrackRow no_row() const;
  /// The number of the last sample in which it was there.
  [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
  /// The memory that it takes.
  [[nodiscard]] std::size_t bytes() const noexcept;

 private:
  // Columns: of counters the increase, of gauges last and most, of histograms the buckets and the increase of the sum.
  [[nodiscard]] std::size_t columns() const noexcept;
  [[nodiscard]] TrackRow decoded(std::span<const std::uint64_t> row) const;
  [[nodiscard]] std::vector<std::uint64_t> encoded(const TrackRow& row) const;

  const MetricType type_;
  std::vector<double> bounds_;
  // As it was at the last sample.
  double last_value_ = 0;  // histograms: the sum
  std::vector<std::uint64_t> last_buckets_;
  std::uint64_t seen_;
  std::array<RowRing, kHistoryTiers.size()> tiers_;
};

}  // namespace vitals::detail
