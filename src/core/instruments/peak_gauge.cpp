#include <algorithm>
#include <utility>

#include <vitals/clock.hpp>
#include <vitals/detail/cells.hpp>
#include <vitals/peak_gauge.hpp>

#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"
#include "core/instruments/number_family.hpp"

namespace vitals {

struct detail::PeakWindow {
  const Clock* clock;
  std::int64_t nanos;
};

void* detail::ended(const PeakGauge*) noexcept {
  alignas(PeakGauge) static std::byte memory[sizeof(PeakGauge)];
  return memory;
}

PeakGauge::PeakGauge(const detail::PeakWindow& window) noexcept
    : window_{&window}, start_{window.clock->steady_nanos()} {}

void PeakGauge::raise(double v) noexcept {
  if (v != v) return detail::drop_update();
  double old = current_.load(std::memory_order_relaxed);
  while (v > old && !current_.compare_exchange_weak(old, v, std::memory_order_relaxed)) {
  }
}

void PeakGauge::turn() const noexcept {
  double peak = current_.load(std::memory_order_relaxed);
  do {
    previous_.store(peak, std::memory_order_relaxed);
  } while (!current_.compare_exchange_weak(peak, kNone, std::memory_order_release, std::memory_order_relaxed));
}

double PeakGauge::value() const noexcept {
  constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
  const detail::PeakWindow* window = window_;
  if (window == nullptr) return kNothing;
  const auto is_over = [&] {
    return window->clock->steady_nanos() - start_.load(std::memory_order_relaxed) >= window->nanos;
  };
  if (is_over() && !turning_.exchange(true, std::memory_order_acquire)) {
    if (is_over()) {
      turn();
      // Reads the clock again: with the time from before a long wait, the new window would be over as it begins, and
      // the next reader would end it with the peaks that are in it.
      start_.store(window->clock->steady_nanos(), std::memory_order_relaxed);
    }
    turning_.store(false, std::memory_order_release);
  }
  const double current = current_.load(std::memory_order_acquire);
  const double peak = std::max(current, previous_.load(std::memory_order_relaxed));
  return peak == kNone ? kNothing : peak;
}

namespace detail {

namespace {

class PeakGaugeFamily final : public NumberFamily<PeakGauge> {
 public:
  PeakGaugeFamily(Declaration declaration, Environment& environment)
      : NumberFamily{MetricType::Gauge, std::move(declaration), environment},
        window_{environment.clock, std::get<PeakOptions>(declared().shape).window.count()} {}

 private:
  void construct(void* at, bool /*alone*/) override { Access::make(at, window_); }

  const PeakWindow window_;
};

}  // namespace

std::unique_ptr<FamilyBase> make_peak_gauges(Declaration declared, Environment& environment) {
  return std::make_unique<PeakGaugeFamily>(std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
