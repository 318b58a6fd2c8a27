#include "http/page/stretch.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numeric>
#include <utility>

#include <vitals/histogram.hpp>

namespace vitals::detail {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double in_seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>{time}.count(); }

// A row of these bounds by fewer of them.
TrackRow coarser(const TrackRow& row, const std::vector<double>& bounds, const std::vector<double>& fewer) {
  TrackRow result{.increase = row.increase, .buckets = std::vector<std::uint64_t>(fewer.size() + 1)};
  std::size_t to = 0;
  for (std::size_t i = 0; i < row.buckets.size(); ++i) {
    result.buckets[to] += row.buckets[i];
    if (i < bounds.size() && to < fewer.size() && bounds[i] == fewer[to]) ++to;
  }
  return result;
}

}  // namespace

std::string_view label_of(const std::vector<Label>& labels, std::string_view name) noexcept {
  const auto found = std::ranges::find(labels, name, &Label::name);
  return found != labels.end() ? std::string_view{found->value} : std::string_view{};
}

double Stretch::seconds() const {
  std::chrono::nanoseconds sum{};
  for (const auto& slot : slots()) sum += slot.length;
  return in_seconds(sum);
}

void Counts::add(const Track& track) {
  const auto rows = stretch_.rows(track);
  for (std::size_t i = 0; i < rows.size(); ++i)
    slots_[i] += track.type() == MetricType::Histogram ? static_cast<double>(rows[i].count()) : rows[i].increase;
}

double Counts::total() const noexcept { return std::accumulate(slots_.begin(), slots_.end(), 0.0); }

double Counts::per_second() const { return slots_.empty() ? kNaN : total() / stretch_.seconds(); }

std::vector<double> Counts::rates() const {
  std::vector<double> rates(slots_);
  for (std::size_t i = 0; i < rates.size(); ++i) rates[i] /= in_seconds(stretch_.slots()[i].length);
  return rates;
}

double Counts::share_of(const Counts& all) const { return all.total() > 0 ? total() / all.total() : kNaN; }

std::vector<double> Counts::shares_of(const Counts& all) const {
  std::vector<double> shares(slots_);
  for (std::size_t i = 0; i < shares.size(); ++i) shares[i] = all.slots_[i] > 0 ? shares[i] / all.slots_[i] : kNaN;
  return shares;
}

void Timings::add(const Track& track) {
  auto rows = stretch_.rows(track);
  if (!bounds_) {
    bounds_ = track.bounds();
    slots_ = std::move(rows);
  } else {
    std::vector<double> common;
    std::ranges::set_intersection(*bounds_, track.bounds(), std::back_inserter(common));
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      slots_[i] = coarser(slots_[i], *bounds_, common);
      slots_[i].add(coarser(rows[i], track.bounds(), common));
    }
    bounds_ = std::move(common);
  }
  all_ = track.no_row();
  all_.buckets.assign(bounds_->size() + 1, 0);
  for (const auto& row : slots_) all_.add(row);
}

double Timings::per_second() const { return slots_.empty() ? kNaN : static_cast<double>(count()) / stretch_.seconds(); }

double Timings::quantile_of(const TrackRow& row, double q) const {
  if (!bounds_ || bounds_->empty()) return kNaN;
  return HistogramSnapshot{*bounds_, row.buckets, row.increase}.quantile(q);
}

double Timings::quantile(double q) const { return quantile_of(all_, q); }

bool Timings::has_bound(double bound) const { return bounds_ && std::ranges::binary_search(*bounds_, bound); }

bool Timings::is_beyond(double q) const {
  const auto n = static_cast<double>(count());
  return n > 0 && q * n > n - static_cast<double>(all_.buckets.back());
}

std::vector<double> Timings::quantiles(double q) const {
  std::vector<double> values;
  for (const auto& row : slots_) values.push_back(quantile_of(row, q));
  return values;
}

std::vector<double> Timings::rates() const {
  std::vector<double> rates;
  for (std::size_t i = 0; i < slots_.size(); ++i)
    rates.push_back(static_cast<double>(slots_[i].count()) / in_seconds(stretch_.slots()[i].length));
  return rates;
}

}  // namespace vitals::detail
