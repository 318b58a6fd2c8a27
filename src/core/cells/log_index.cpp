#include "core/cells/log_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vitals::detail {

std::int32_t rare_position(std::uint64_t magnitude) noexcept {
  if (magnitude >> 52 != 0) return kOverflowKey + kExponentBias * kBoundsPerOctave;
  // Subnormal: 2^54 times it is not, and exact.
  const double normal = std::bit_cast<double>(magnitude) * 0x1p54;
  return normal_position(std::bit_cast<std::uint64_t>(normal)) - 54 * kBoundsPerOctave;
}

double log_bound(std::int32_t key, std::int32_t schema) noexcept {
  const std::int64_t finest = std::int64_t{key} << (kFinestSchema - schema);
  constexpr std::int64_t kEnd = std::int64_t{1024} * kBoundsPerOctave;
  if (finest > kEnd) return std::numeric_limits<double>::infinity();
  if (finest == kEnd) return std::numeric_limits<double>::max();
  const auto octave = static_cast<int>(finest >> 8);
  const auto fraction = kOctave[static_cast<std::size_t>(finest & (kBoundsPerOctave - 1))];
  return std::ldexp(std::bit_cast<double>((std::uint64_t{1023} << 52) | fraction), octave);
}

std::int32_t schema_of(double factor) noexcept {
  const double exponent = -std::floor(std::log2(std::log2(factor)));
  return static_cast<std::int32_t>(std::clamp(exponent, double{kCoarsestSchema}, double{kFinestSchema}));
}

}  // namespace vitals::detail
