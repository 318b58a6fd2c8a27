#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <vitals/histogram.hpp>

namespace vitals::tool {

/// What happened between two looks at the load.
struct Moment {
  double begin = 0, end = 0;  ///< seconds after the start
  std::uint64_t sent = 0;
  std::uint64_t failed = 0;
  std::uint64_t answered = 0;
  /// Of the latencies: number of the bucket, and how many it has; those that are missing have none.
  std::vector<std::pair<std::uint16_t, std::uint64_t>> latencies{};

  [[nodiscard]] double sent_per_second() const { return static_cast<double>(sent) / (end - begin); }
  [[nodiscard]] double failed_per_second() const { return static_cast<double>(failed) / (end - begin); }
};

/// The load over time. Not thread-safe.
/// Memory: at most kMost moments; when there are more, two become one, and their percentiles are still those of all.
class LoadTimeline {
 public:
  static constexpr std::size_t kMost = 600;

  /// What has been counted since the start. `seconds` must grow; what comes within half a second of the look before, as
  /// the last one does, belongs to its moment.
  void add(double seconds, std::uint64_t sent, std::uint64_t failed, const HistogramSnapshot& latency);

  /// In their order; the last one may be shorter.
  [[nodiscard]] const std::vector<Moment>& moments() const { return moments_; }
  /// The q-quantile of a moment's latencies in seconds, NaN if it has none.
  [[nodiscard]] double quantile(const Moment& moment, double q) const;

 private:
  void halve();

  std::vector<Moment> moments_;
  std::vector<double> bounds_;
  std::size_t looks_per_moment_ = 1;
  std::size_t looks_ = 0;  // in the last moment
  // At the last look.
  double seconds_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t failed_ = 0;
  std::vector<std::uint64_t> counts_;
};

}  // namespace vitals::tool
