#include <vitals/detail/cells.hpp>
#include <vitals/gauge.hpp>

namespace vitals {

void Gauge::add(double v) noexcept {
  if (v != v) return detail::drop_update();
  value_.fetch_add(v, std::memory_order_relaxed);
}

}  // namespace vitals
