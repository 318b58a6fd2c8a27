#include "arrivals.hpp"

#include <algorithm>

namespace clinic_load {

Arrivals::Arrivals(Pace pace, double rate, Clock::time_point start, Clock::duration length, std::uint64_t seed)
    : pace_{pace}, rate_{rate}, start_{start}, end_{start + length}, random_{seed} {}

std::optional<Clock::time_point> Arrivals::due() const {
  const Clock::time_point next =
      pace_ == Pace::Max ? Clock::now()
                         : start_ + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>{next_});
  if (next >= end_) return std::nullopt;
  return next;
}

void Arrivals::take() {
  ++taken_;
  // By multiplication, so that an hour of constant arrivals has no drift.
  next_ = pace_ == Pace::Poisson ? next_ + std::exponential_distribution<double>{rate_}(random_)
                                 : static_cast<double>(taken_) / rate_;
}

std::uint64_t Arrivals::end(Clock::time_point now) {
  std::uint64_t left = 0;
  if (pace_ != Pace::Max) {
    for (auto next = due(); next && *next < now; next = due()) {
      take();
      ++left;
    }
  }
  end_ = std::min(end_, now);
  return left;
}

}  // namespace clinic_load
