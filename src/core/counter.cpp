#include <vitals/counter.hpp>

#include "core/access.hpp"

namespace vitals {

double Counter::value() const noexcept {
  const auto [whole, fraction] = detail::Access::read(*this);
  return static_cast<double>(whole) + fraction;
}

void Counter::add_large(double v) noexcept {
  constexpr double kLimit = 18446744073709551616.0;  // 2^64
  if (v >= 0 && v < kLimit) return detail::add(cells_, static_cast<std::uint64_t>(v));
  detail::drop_update();
}

}  // namespace vitals
