#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/snapshot.hpp>

#include "http/history/track.hpp"

namespace vitals::detail {

struct LabelsLess {
  bool operator()(const std::vector<Label>& a, const std::vector<Label>& b) const noexcept;
};

/// The past of a family's series.
struct FamilyHistory {
  std::string help;
  std::string unit;
  MetricType type;
  std::map<std::vector<Label>, Track, LabelsLess> tracks{};
};

/// A stretch of time that rows of all tracks are of.
struct HistorySlot {
  std::chrono::nanoseconds length{};
  bool has_gap = false;  // samples are missing in it: the process did not run
};

/// More would be a mistake.
inline constexpr std::size_t kMaxHistoryBytes = std::size_t{1} << 30;

/// The past of a registry's counters, gauges and histograms, in bounded memory: as counts, from which any rate and any
/// percentile of any stretch follow as from a scrape. For one thread at a time.
/// Cost: a sample some 0.5 µs for each series; 6 to 8 kB for a histogram of 13 buckets that is in use, 1 kB for a
/// counter, 1 to 4 kB for a gauge, whose numbers may need all their digits.
class History {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds kInterval{5};

  /// Keeps at most that many bytes. What there is no room for is left out, the least known metrics first.
  explicit History(std::size_t max_bytes) : max_bytes_{max_bytes} {}

  /// The registry as it is at that time, by both clocks. The first sample only tells where counts begin.
  void sample(const std::vector<FamilySnapshot>& now, TimePoint at, UnixNanos wall);

  using Families = std::map<std::string, FamilyHistory, std::less<>>;
  [[nodiscard]] const Families& families() const noexcept { return families_; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Series of the last sample that there was no room for.
  [[nodiscard]] std::size_t left_out() const noexcept { return left_out_; }

  /// Rows of the finest tier that goes back that far, or to the first sample, and one of what has passed since the last
  /// of them.
  struct View {
    std::size_t tier = 0;
    std::vector<HistorySlot> slots{};  // the oldest first
    bool has_rest = false;             // the last slot is what has passed since the last row
  };
  [[nodiscard]] View view(std::chrono::seconds range) const;
  /// A track's rows of a view, as many as it has slots. Where the track was not there: no counts, and a gauge that is
  /// NaN.
  [[nodiscard]] std::vector<TrackRow> rows(const Track& track, const View& view) const;

 private:
  FamilyHistory& family_of(const FamilySnapshot& now);
  void sample(FamilyHistory& family, const MetricSnapshot& now, std::size_t& taken);
  template <class Do>
  void for_each_track(Do act);
  void end_row(std::size_t tier, HistorySlot slot);
  void make_room();

  const std::size_t max_bytes_;
  Families families_;
  TimePoint last_{};
  UnixNanos last_wall_ = 0;
  std::uint64_t samples_ = 0;
  std::array<std::deque<HistorySlot>, kHistoryTiers.size()> slots_;
  std::array<std::size_t, kHistoryTiers.size()> pending_{};  // rows that are newer than the next tier's last one
  std::size_t bytes_ = 0;
  std::size_t bytes_of_known_ = 0;  // of well known metrics alone
  std::size_t left_out_ = 0;
};

}  // namespace vitals::detail
