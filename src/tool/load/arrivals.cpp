#include "tool/load/arrivals.hpp"

#include <cmath>
#include <utility>

namespace vitals::tool {
namespace {

double requests_of(const Stage& stage) { return (stage.from + stage.to) / 2 * stage.seconds; }

// After how many seconds of the stage n requests were due: the root of from * t + (to - from) / (2 * seconds) * t^2 =
// n, in the form that has no difference of near numbers and knows a rate that doesn't change, or is 0 at first.
double time_of(const Stage& stage, double n) {
  const double slope = (stage.to - stage.from) / stage.seconds;
  const double root = std::sqrt(std::fmax(0, stage.from * stage.from + 2 * slope * n));
  return n <= 0 ? 0 : 2 * n / (stage.from + root);
}

}  // namespace

Arrivals::Arrivals(std::vector<Stage> stages, Pace pace, Share share, std::uint64_t seed)
    : stages_(std::move(stages)), pace_(pace), share_(share), random_(seed), next_(share.number), position_(0) {
  for (const auto& stage : stages_) total_ += requests_of(stage);
  // 0.1 * 30 is more than 3.
  if (pace_ == Pace::Constant) total_ -= 1e-6;
  if (pace_ == Pace::Poisson) {
    take();
  } else {
    position_ = static_cast<double>(next_);
    find_due();
  }
}

void Arrivals::take() {
  if (pace_ == Pace::Poisson) {
    // In the scale of requests instead of time, the process has one rate, whatever the stages are.
    position_ += std::exponential_distribution<double>{1}(random_) * static_cast<double>(share_.of);
  } else {
    next_ += share_.of;  // whole numbers, so that an hour of constant arrivals has no drift
    position_ = static_cast<double>(next_);
  }
  find_due();
}

void Arrivals::find_due() {
  due_.reset();
  if (position_ >= total_) return;
  while (stage_ + 1 < stages_.size() && position_ >= stage_position_ + requests_of(stages_[stage_])) {
    stage_position_ += requests_of(stages_[stage_]);
    stage_start_ += stages_[stage_].seconds;
    ++stage_;
  }
  const double seconds = stage_start_ + time_of(stages_[stage_], position_ - stage_position_);
  due_ = std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
}

std::uint64_t Arrivals::end(std::chrono::nanoseconds now) {
  std::uint64_t left = 0;
  for (; due_ && *due_ < now; take()) ++left;
  due_.reset();
  total_ = 0;
  return left;
}

}  // namespace vitals::tool
