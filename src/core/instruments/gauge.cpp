#include <cstddef>
#include <ctime>
#include <new>
#include <utility>

#include <vitals/detail/cells.hpp>
#include <vitals/gauge.hpp>

#include "core/instruments/families.hpp"
#include "core/instruments/number_family.hpp"

namespace vitals {

namespace {

// Sets the cell to v as long as `better(v, the cell)` holds.
template <class Better>
void improve(std::atomic<double>& cell, double v, Better better) noexcept {
  if (v != v) return detail::drop_update();
  double old = cell.load(std::memory_order_relaxed);
  while (better(v, old) && !cell.compare_exchange_weak(old, v, std::memory_order_relaxed)) {
  }
}

}  // namespace

void* detail::ended(const Gauge*) noexcept {
  alignas(Gauge) static std::byte memory[sizeof(Gauge)];
  return memory;
}

void Gauge::add(double v) noexcept {
  if (v != v) return detail::drop_update();
  value_.fetch_add(v, std::memory_order_relaxed);
}

void Gauge::set_max(double v) noexcept {
  improve(value_, v, [](double a, double b) { return !(a <= b); });  // so that a NaN gives way
}

void Gauge::set_min(double v) noexcept {
  improve(value_, v, [](double a, double b) { return !(a >= b); });
}

void Gauge::set_to_current_time() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  set(static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9);
}

namespace detail {

namespace {

class GaugeFamily final : public NumberFamily<Gauge> {
 public:
  GaugeFamily(MetricType type, Declaration declared, Environment& environment)
      : NumberFamily{type, std::move(declared), environment} {}

 private:
  void construct(void* at, bool /*alone*/) override { new (at) Gauge; }
};

}  // namespace

std::unique_ptr<FamilyBase> make_gauges(Declaration declared, Environment& environment) {
  return std::make_unique<GaugeFamily>(MetricType::Gauge, std::move(declared), environment);
}

std::unique_ptr<FamilyBase> make_untyped(Declaration declared, Environment& environment) {
  return std::make_unique<GaugeFamily>(MetricType::Untyped, std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
