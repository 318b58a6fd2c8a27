#include "tool/load/load_timeline.hpp"

#include <map>

namespace vitals::tool {
namespace {

constexpr double kShortest = 0.5;  // seconds: the rates of a shorter moment would tell nothing

void join(Moment& moment, const Moment& next) {
  moment.end = next.end;
  moment.sent += next.sent;
  moment.failed += next.failed;
  moment.answered += next.answered;
  std::map<std::uint16_t, std::uint64_t> latencies{moment.latencies.begin(), moment.latencies.end()};
  for (const auto& [bucket, n] : next.latencies) latencies[bucket] += n;
  moment.latencies.assign(latencies.begin(), latencies.end());
}

}  // namespace

void LoadTimeline::add(double seconds, std::uint64_t sent, std::uint64_t failed, const HistogramSnapshot& latency) {
  const auto counts = latency.counts();
  if (bounds_.empty()) {
    bounds_.assign(latency.bounds().begin(), latency.bounds().end());
    counts_.resize(counts.size());
  }
  Moment moment{seconds_, seconds, sent - sent_, failed - failed_, 0, {}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto n = counts[i] - counts_[i];
    moment.answered += n;
    if (n > 0) moment.latencies.emplace_back(static_cast<std::uint16_t>(i), n);
  }
  const bool is_short = seconds - seconds_ < kShortest && !moments_.empty();
  seconds_ = seconds;
  sent_ = sent;
  failed_ = failed;
  counts_.assign(counts.begin(), counts.end());
  if (is_short) return join(moments_.back(), moment);
  if (looks_ == 0) {
    moments_.push_back(std::move(moment));
  } else {
    join(moments_.back(), moment);
  }
  looks_ = (looks_ + 1) % looks_per_moment_;
  if (moments_.size() == kMost && looks_ == 0) halve();
}

void LoadTimeline::halve() {
  for (std::size_t i = 0; i < kMost / 2; ++i) {
    if (i > 0) moments_[i] = std::move(moments_[2 * i]);
    join(moments_[i], moments_[2 * i + 1]);
  }
  moments_.resize(kMost / 2);
  looks_per_moment_ *= 2;
}

double LoadTimeline::quantile(const Moment& moment, double q) const {
  std::vector<std::uint64_t> counts(bounds_.size() + 1);
  for (const auto& [bucket, n] : moment.latencies) counts[bucket] = n;
  return HistogramSnapshot(bounds_, std::move(counts), 0).quantile(q);
}

}  // namespace vitals::tool
