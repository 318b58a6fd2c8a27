#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vitals::detail {

/// How many bucket bounds a histogram may have.
inline constexpr std::size_t kMaxBounds = 10'000;

/// How many characters the labels of an exemplar may have, names and values together:
/// https://prometheus.io/docs/specs/om/open_metrics_spec/#exemplars.
inline constexpr std::size_t kMaxExemplarCodePoints = 128;

/// The schemas that native buckets may have: https://prometheus.io/docs/specs/native_histograms/#schema.
inline constexpr std::int32_t kFinestSchema = 8;
inline constexpr std::int32_t kCoarsestSchema = -4;

/// The first bucket bound that is not finite or not above the one before; bounds.size() if there is none.
[[nodiscard]] inline std::size_t first_wrong_bound(std::span<const double> bounds) noexcept {
  std::size_t i = 0;
  while (i < bounds.size() && std::isfinite(bounds[i]) && (i == 0 || bounds[i] > bounds[i - 1])) ++i;
  return i;
}

/// Whether a histogram may have these bucket bounds.
[[nodiscard]] inline bool are_bounds(std::span<const double> bounds) noexcept {
  return !bounds.empty() && bounds.size() <= kMaxBounds && first_wrong_bound(bounds) == bounds.size();
}

/// Whether a summary may have the quantile.
[[nodiscard]] constexpr bool is_quantile(double quantile) noexcept { return quantile >= 0 && quantile <= 1; }

/// Whether native buckets may have the threshold.
[[nodiscard]] inline bool is_zero_threshold(double threshold) noexcept {
  return threshold >= 0 && std::isfinite(threshold);
}

}  // namespace vitals::detail
