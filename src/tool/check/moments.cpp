#include "tool/check/moments.hpp"

#include <algorithm>
#include <cmath>

namespace vitals::tool {
namespace {

constexpr double kLongest = 1e9;  // seconds

double all(const std::vector<Moments>& kinds) {
  double n = 0;
  for (const auto& kind : kinds) n += kind.n;
  return n;
}

// The time at which `holds` changes, between one at which it is `holds(low)` and one at which it is not.
template <class Holds>
Bounds change(double low, double high, Holds holds) {
  constexpr int kSteps = 60;
  for (int i = 0; i < kSteps; ++i) {
    const double middle = low + (high - low) / 2;
    (holds(middle) ? low : high) = middle;
  }
  return {low, high};
}

}  // namespace

Bounds calls_above(const Moments& calls, double t) {
  const auto& [n, mean, variance, min, max] = calls;
  if (t >= max) return {0, 0};
  if (t < min) return {n, n};
  const double distance = (t - mean) * (t - mean);
  // A share of 0 / 0 is one of calls that all took t.
  const auto share = [](double part, double whole) { return whole > 0 ? std::min(1.0, part / whole) : 0.0; };
  double least = 0;
  double most = 1;
  if (t > min) most = share(mean - min, t - min);
  if (t >= mean) most = std::min(most, share(variance, variance + distance));
  if (t < mean) least = std::max(share(mean - t, max - t), share(distance, variance + distance));
  // Calls are whole.
  return {std::ceil(n * least * (1 - kRoundingOfSums) - kRoundingOfSums),
          std::floor(n * most * (1 + kRoundingOfSums) + kRoundingOfSums)};
}

Bounds calls_above(const std::vector<Moments>& kinds, double t) {
  Bounds sum;
  for (const auto& kind : kinds) {
    const auto [least, most] = calls_above(kind, t);
    sum.least += least;
    sum.most += most;
  }
  return sum;
}

Proof prove(const std::vector<Moments>& kinds, double q, double t) {
  const double n = all(kinds);
  const auto above = calls_above(kinds, t);
  if ((n - above.most) / n >= q) return Proof::Met;
  return (n - above.least) / n < q ? Proof::Missed : Proof::None;
}

Bounds quantile_bounds(const std::vector<Moments>& kinds, double q) {
  const auto is_met = [&](double t) { return prove(kinds, q, t) == Proof::Met; };
  Bounds bounds;
  bounds.most = is_met(kLongest) ? change(0, kLongest, [&](double t) { return !is_met(t); }).most
                                 : std::numeric_limits<double>::infinity();
  bounds.least =
      change(0, std::min(bounds.most, kLongest), [&](double t) { return prove(kinds, q, t) == Proof::Missed; }).least;
  return bounds;
}

}  // namespace vitals::tool
