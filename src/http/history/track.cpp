#include "http/history/track.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

namespace vitals::detail {
namespace {

constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();

// Numbers, by their last two bits: whole, a float by its bits, a double by its bits, or the same as the one before.
constexpr std::uint64_t kWhole = 0, kFloat = 1, kDouble = 2, kSame = 3;

// As the shortest decimal number that gives the float: 0.1 is 0.1 again.
double decimal(float value) {
  char text[32];
  double result = kNothing;
  std::from_chars(text, std::to_chars(text, std::end(text), value).ptr, result);
  return result;
}

std::uint64_t float_number(double value) {
  return std::uint64_t{std::bit_cast<std::uint32_t>(static_cast<float>(value))} << 2 | kFloat;
}

// Exact to 2 units in the last place of a double.
std::uint64_t exact_number(double value) {
  if (value >= 0 && value < 0x1p53 && std::trunc(value) == value)
    return static_cast<std::uint64_t>(value) << 2 | kWhole;
  if (std::isnan(value) || decimal(static_cast<float>(value)) == value) return float_number(value);
  return (std::bit_cast<std::uint64_t>(value) & ~std::uint64_t{3}) | kDouble;
}

double value_of(std::uint64_t number, double before) {
  switch (number & 3) {
    case kWhole:
      return static_cast<double>(number >> 2);
    case kFloat:
      return decimal(std::bit_cast<float>(static_cast<std::uint32_t>(number >> 2)));
    case kDouble:
      return std::bit_cast<double>(number & ~std::uint64_t{3});
    default:
      return before;
  }
}

double value_of(MetricType type, const MetricSnapshot& now) {
  return type == MetricType::Histogram ? now.sum : now.value;
}

bool is_gauge(MetricType type) { return type == MetricType::Gauge || type == MetricType::Untyped; }

std::size_t bucket_count(MetricType type, const MetricSnapshot& now) {
  if (type != MetricType::Histogram) return 0;
  return now.buckets.empty() ? 1 : now.buckets.size();  // a native histogram has one
}

// Of each bucket alone.
std::vector<std::uint64_t> buckets_of(MetricType type, const MetricSnapshot& now) {
  std::vector<std::uint64_t> counts;
  if (bucket_count(type, now) > now.buckets.size()) return {now.count};
  std::uint64_t below = 0;
  for (const auto& bucket : now.buckets)
    counts.push_back(bucket.cumulative_count - std::exchange(below, bucket.cumulative_count));
  return counts;
}

}  // namespace

std::uint64_t TrackRow::count() const noexcept {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

void TrackRow::add(const TrackRow& later) {
  increase += later.increase;
  if (!std::isnan(later.last)) last = later.last;
  most = std::fmax(most, later.most);
  for (std::size_t i = 0; i < later.buckets.size(); ++i) buckets[i] += later.buckets[i];
}

Track::Track(MetricType type, const MetricSnapshot& now, bool is_new, std::uint64_t number)
    : type_{type},
      last_value_{is_new ? 0 : value_of(type, now)},
      last_buckets_{buckets_of(type, now)},
      seen_{number},
      tiers_{RowRing{kHistoryTiers[0].rows}, RowRing{kHistoryTiers[1].rows}, RowRing{kHistoryTiers[2].rows},
             RowRing{kHistoryTiers[3].rows}} {
  for (std::size_t i = 0; i + 1 < last_buckets_.size(); ++i) bounds_.push_back(now.buckets[i].upper_bound);
  if (is_new) std::ranges::fill(last_buckets_, 0);
}

bool Track::fits(const MetricSnapshot& now) const noexcept {
  if (bucket_count(type_, now) != last_buckets_.size()) return false;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    if (now.buckets[i].upper_bound != bounds_[i]) return false;
  }
  return true;
}

void Track::sample(const MetricSnapshot* now, std::uint64_t number) {
  TrackRow row = no_row();
  if (now == nullptr) {
    last_value_ = 0;  // if it comes back, it begins anew
    std::ranges::fill(last_buckets_, 0);
  } else if (is_gauge(type_)) {
    row.last = row.most = now->value;
  } else {
    const auto counts = buckets_of(type_, *now);
    const double value = value_of(type_, *now);
    bool is_reset = type_ == MetricType::Counter && value < last_value_;
    for (std::size_t i = 0; i < counts.size(); ++i) is_reset |= counts[i] < last_buckets_[i];
    for (std::size_t i = 0; i < counts.size(); ++i) row.buckets[i] = counts[i] - (is_reset ? 0 : last_buckets_[i]);
    row.increase = is_reset ? value : value - last_value_;
    last_value_ = value;
    last_buckets_ = counts;
  }
  if (now != nullptr) seen_ = number;
  tiers_[0].push(encoded(row));
}

void Track::end_row(std::size_t tier) {
  TrackRow sum = no_row();
  for_newest(tier - 1, kHistoryTiers[tier].from_rows, [&sum](const TrackRow& row) { sum.add(row); });
  tiers_[tier].push(encoded(sum));
}

TrackRow Track::no_row() const {
  return {.last = kNothing, .most = kNothing, .buckets = std::vector<std::uint64_t>(last_buckets_.size())};
}

std::size_t Track::bytes() const noexcept {
  std::size_t bytes =
      sizeof *this + bounds_.capacity() * sizeof(double) + last_buckets_.capacity() * sizeof(std::uint64_t);
  for (const auto& tier : tiers_) bytes += tier.bytes();
  return bytes;
}

std::size_t Track::columns() const noexcept {
  if (type_ == MetricType::Histogram) return last_buckets_.size() + 1;
  return is_gauge(type_) ? 2 : 1;
}

std::vector<std::uint64_t> Track::encoded(const TrackRow& row) const {
  if (is_gauge(type_)) {
    const std::uint64_t last = exact_number(row.last);
    const std::uint64_t most = exact_number(row.most);
    return {last, most == last ? kSame : most};
  }
  if (type_ == MetricType::Counter) return {exact_number(row.increase)};
  std::vector<std::uint64_t> numbers{row.buckets};
  numbers.push_back(row.increase == 0 ? 0 : float_number(row.increase));
  return numbers;
}

TrackRow Track::decoded(std::span<const std::uint64_t> row) const {
  if (!is_gauge(type_)) return {.increase = value_of(row.back(), 0), .buckets = {row.begin(), row.end() - 1}};
  const double last = value_of(row[0], 0);
  return {.last = last, .most = value_of(row[1], last)};
}

}  // namespace vitals::detail
