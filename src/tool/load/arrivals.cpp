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

double Arrivals::position_at(double seconds) const {
  double position = 0;
  for (const auto& stage : stages_) {
    const double part = std::fmin(seconds, stage.seconds);
    position += part * (stage.from + (stage.to - stage.from) * part / stage.seconds / 2);
    seconds -= part;
  }
  return position;
}

std::uint64_t Arrivals::end(std::chrono::nanoseconds now) {
  std::uint64_t left = 0;
  if (due_ && *due_ < now) {
    // Computed, as there may be billions.
    const double before = std::fmin(total_, position_at(std::chrono::duration<double>(now).count()));
    const double more = std::fmax(0, (before - position_) / static_cast<double>(share_.of));
    left = pace_ == Pace::Constant ? static_cast<std::uint64_t>(std::fmax(1, std::ceil(more - 1e-9)))
           : more > 0              ? 1 + std::poisson_distribution<std::uint64_t>{more}(random_)
                                   : 1;
  }
  due_.reset();
  total_ = 0;
  return left;
}

}  // namespace vitals::tool
