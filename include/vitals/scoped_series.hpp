#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <vitals/detail/family_handle.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

namespace detail {
void end_scoped(FamilyHandle& family, const std::string_view* values, std::size_t n, const void* metric) noexcept;
void end_scoped(FamilyHandle& family, const std::vector<Label>& labels, const void* metric) noexcept;
}  // namespace detail

/// In the place of a number of labels: how many there are is known only when the program runs.
inline constexpr std::size_t kAnyLabels = static_cast<std::size_t>(-1);

/// A series that is removed when this ends, if it is still the one that this was made with: Family::scoped().
/// Move-only, for one thread at a time; the metric is as thread-safe as ever. Must not outlive the registry.
template <class Metric, std::size_t N>
class [[nodiscard("its end removes the series: keep it in a variable")]] ScopedSeries {
 public:
  ScopedSeries(detail::FamilyHandle & family, Metric & metric, const std::array<std::string_view, N>& values)
      : family_{&family}, metric_{&metric} {
    for (std::size_t i = 0; i < N; ++i) values_[i] = values[i];
  }
  ScopedSeries(ScopedSeries && other) noexcept
      : family_{other.family_}, metric_{std::exchange(other.metric_, nullptr)}, values_{std::move(other.values_)} {}
  ScopedSeries& operator=(ScopedSeries&& other) noexcept {
    if (this != &other) {
      end();
      family_ = other.family_;
      metric_ = std::exchange(other.metric_, nullptr);
      values_ = std::move(other.values_);
    }
    return *this;
  }
  ~ScopedSeries() { end(); }

  [[nodiscard]] Metric& operator*() const noexcept { return *metric_; }
  [[nodiscard]] Metric* operator->() const noexcept { return metric_; }

 private:
  void end() noexcept {
    if (metric_ == nullptr) return;
    std::array<std::string_view, N> views;
    for (std::size_t i = 0; i < N; ++i) views[i] = values_[i];
    detail::end_scoped(*family_, views.data(), N, std::exchange(metric_, nullptr));
  }

  detail::FamilyHandle* family_;
  Metric* metric_;  // null: moved from
  std::array<std::string, N> values_;
};

/// The same of DynamicFamily::scoped().
template <class Metric>
class [[nodiscard("its end removes the series: keep it in a variable")]] ScopedSeries<Metric, kAnyLabels> {
 public:
  ScopedSeries(detail::FamilyHandle & family, Metric & metric, std::vector<Label> labels)
      : family_{&family}, metric_{&metric}, labels_{std::move(labels)} {}
  ScopedSeries(ScopedSeries && other) noexcept
      : family_{other.family_}, metric_{std::exchange(other.metric_, nullptr)}, labels_{std::move(other.labels_)} {}
  ScopedSeries& operator=(ScopedSeries&& other) noexcept {
    if (this != &other) {
      end();
      family_ = other.family_;
      metric_ = std::exchange(other.metric_, nullptr);
      labels_ = std::move(other.labels_);
    }
    return *this;
  }
  ~ScopedSeries() { end(); }

  [[nodiscard]] Metric& operator*() const noexcept { return *metric_; }
  [[nodiscard]] Metric* operator->() const noexcept { return metric_; }

 private:
  void end() noexcept {
    if (metric_ != nullptr) detail::end_scoped(*family_, labels_, std::exchange(metric_, nullptr));
  }

  detail::FamilyHandle* family_;
  Metric* metric_;  // null: moved from
  std::vector<Label> labels_;
};

}  // namespace vitals
