#include <cmath>
#include <utility>

#include <vitals/buckets.hpp>

namespace vitals {

Buckets::Buckets(std::initializer_list<double> bounds) : bounds_{bounds} {}

Buckets Buckets::latency() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15,
          0.2,    0.25,  0.3,    0.5,   0.75, 1,     2.5,  5,     7.5, 10};
}

Buckets Buckets::fine_latency() {
  constexpr int kPerOctave = 6;
  constexpr int kFine = 80;  // steps from 0.5 ms to 5.16 s; beyond them one stands for two
  std::vector<double> bounds;
  for (int i = -14; i <= kFine + 6; i += i < 0 || i >= kFine ? 2 : 1) {
    const double nanos = 5e5 * std::exp2(static_cast<double>(i) / kPerOctave);
    double digit = 1e2;  // the third
    while (nanos >= 1e3 * digit) digit *= 10;
    bounds.push_back(std::round(nanos / digit) * digit / 1e9);
  }
  return Buckets{std::move(bounds)};
}

Buckets Buckets::linear(double start, double width, std::size_t count) {
  std::vector<double> bounds;
  bounds.reserve(count);
  for (std::size_t i = 0; i < count; ++i) bounds.push_back(start + width * static_cast<double>(i));
  return Buckets{std::move(bounds)};
}

Buckets Buckets::exponential(double start, double factor, std::size_t count) {
  std::vector<double> bounds;
  bounds.reserve(count);
  for (double bound = start; bounds.size() < count; bound *= factor) bounds.push_back(bound);
  return Buckets{std::move(bounds)};
}

}  // namespace vitals
