#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include <vitals/detail/given_label.hpp>
#include <vitals/detail/series_members.hpp>
#include <vitals/family.hpp>
#include <vitals/label_names.hpp>
#include <vitals/scoped_series.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

namespace detail {
void* find_or_create(const FamilyHandle& family, const GivenLabel* labels, std::size_t n);
void* find_or_create(const FamilyHandle& family, const GivenLabel* labels, std::size_t n, const Buckets& bounds);
bool remove(FamilyHandle& family, const GivenLabel* labels, std::size_t n);
std::size_t remove_matching(FamilyHandle& family, const GivenLabel* labels, std::size_t n);
}  // namespace detail

/// All series of one metric name whose label names were given as LabelNames, when the program runs. Otherwise as
/// Family, beside which it may stand: the same declaration with names in braces gives a Family of the same series.
/// Thread-safe: any member from any thread.
/// Cost: with() of a series that exists, or is beyond the limit, takes no lock, and no allocation if there are up to 32
/// labels of up to some 2 kB in all (beyond the limit it does if names are any, and may be UTF-8). With three labels it
/// is some 5 ns slower than Family::with() in the order of their declaration, 10 in another one, and 30 where names are
/// any. A new series takes a lock and may allocate.
/// Lifetime: owned by its Registry. References are as those from Family::with().
///
/// Labels are given as a list of pairs, {{"zone", "a"}, {"rack", 7}}, or as a map or another range of pairs, of
/// vitals::Label or of vitals::LabelPair, in any order. Values are those that Family::with() takes. One that is empty
/// or left out is not shown, which is the same to Prometheus; but where the metric was first declared with names in
/// braces, all series show all labels, as ever.
///
/// Each member throws std::invalid_argument, which names the metric, the label, the rule and the fix, if a label is
/// given twice or was not declared. Where names are any (LabelNames::any()), with() and scoped() throw it for a new
/// series with a name that breaks Prometheus's data model, is of a constant label, or is `vitals_overflow`: what is
/// asked for beyond FamilyOptions::max_series is counted in one series that has this label alone, as "true".
template <class Metric>
class DynamicFamily final : public detail::SeriesMembers {
  // As Family, without virtual functions and a destructor.
 public:
  explicit DynamicFamily(detail::FamilyBase& family) noexcept : family_{family} {}
  DynamicFamily(const DynamicFamily&) = delete;  // keep a reference: auto& f = registry.counter(…)
  DynamicFamily& operator=(const DynamicFamily&) = delete;

  /// The metric with these labels; made if it is new. Keep the reference where they are known beforehand: recording
  /// then needs no look-up. Not with FamilyOptions::expire_after, though.
  Metric& with(std::initializer_list<detail::GivenLabel> labels) { return find(labels.begin(), labels.size()); }
  template <class Labels>
  Metric& with(Labels&& labels) {
    return given(labels, [this](const auto* begin, std::size_t n) -> Metric& { return find(begin, n); });
  }

  /// Of histograms: the same, but a series that is made by this call has these bucket bounds, as Family::with_bounds().
  Metric& with_bounds(const Buckets& bounds, std::initializer_list<detail::GivenLabel> labels) {
    return find_with(bounds, labels.begin(), labels.size());
  }
  template <class Labels>
  Metric& with_bounds(const Buckets& bounds, Labels&& labels) {
    return given(labels, [&](const auto* begin, std::size_t n) -> Metric& { return find_with(bounds, begin, n); });
  }

  /// Ends the series with these labels: it is exposed no longer, and with() makes a new one, from 0. False if there is
  /// none, and for the one series of a metric that has no label names.
  bool remove(std::initializer_list<detail::GivenLabel> labels) {
    return detail::remove(family_, labels.begin(), labels.size());
  }
  template <class Labels>
  bool remove(Labels&& labels) {
    return given(labels, [this](const auto* begin, std::size_t n) { return detail::remove(family_, begin, n); });
  }

  /// with(), and remove() when the result dies, as Family::scoped().
  ScopedSeries<Metric, kAnyLabels> scoped(std::initializer_list<detail::GivenLabel> labels) {
    return scoped_series(labels.begin(), labels.size());
  }
  template <class Labels>
  ScopedSeries<Metric, kAnyLabels> scoped(Labels&& labels) {
    return given(labels, [this](const auto* begin, std::size_t n) { return scoped_series(begin, n); });
  }

  /// Ends all series that have these labels, among others: remove_matching({{"tenant", 7}}). Returns how many. An empty
  /// value is that of series without the label. Takes time in proportion to the series.
  std::size_t remove_matching(std::initializer_list<detail::GivenLabel> labels) {
    return detail::remove_matching(family_, labels.begin(), labels.size());
  }
  template <class Labels>
  std::size_t remove_matching(Labels&& labels) {
    return given(labels,
                 [this](const auto* begin, std::size_t n) { return detail::remove_matching(family_, begin, n); });
  }
  /// Ends all series. Returns how many.
  std::size_t clear() { return detail::remove_matching(family_, static_cast<const detail::GivenLabel*>(nullptr), 0); }

  /// How many series there are, without the one for those beyond the limit.
  [[nodiscard]] std::size_t size() const { return detail::size(family_); }

  // Not to be called.
  template <class First, class Second, class... More>
  Metric& with(const First&, const Second&, const More&...) {
    return given(kNoLabels, [this](const auto* begin, std::size_t n) -> Metric& { return find(begin, n); });
  }
  template <class First, class Second, class... More>
  bool remove(const First&, const Second&, const More&...) {
    return given(kNoLabels, [](const auto*, std::size_t) { return false; });
  }
  template <class First, class Second, class... More>
  ScopedSeries<Metric, kAnyLabels> scoped(const First&, const Second&, const More&...) {
    return given(kNoLabels, [this](const auto* begin, std::size_t n) { return scoped_series(begin, n); });
  }

 private:
  static constexpr int kNoLabels = 0;

  template <class Labels, class Use>
  static decltype(auto) given(Labels& labels, Use use) {
    static_assert(detail::LabelRange<Labels&>,
                  "vitals: a DynamicFamily takes labels with their names, as a list or a range of pairs: "
                  "with({{\"method\", \"GET\"}}), with(map)");
    if constexpr (detail::LabelRange<Labels&>) {
      const detail::GivenLabels all{labels};
      return use(all.begin(), all.size());
    } else {
      return use(static_cast<const detail::GivenLabel*>(nullptr), std::size_t{0});
    }
  }
  Metric& find_with(const Buckets& bounds, const detail::GivenLabel* labels, std::size_t n) {
    static_assert(std::same_as<Metric, Histogram>, "vitals: with_bounds() is for families of histograms");
    return detail::found_metric<Metric>(detail::find_or_create(family_, labels, n, bounds));
  }
  Metric& find(const detail::GivenLabel* labels, std::size_t n) {
    return detail::found_metric<Metric>(detail::find_or_create(family_, labels, n));
  }
  ScopedSeries<Metric, kAnyLabels> scoped_series(const detail::GivenLabel* labels, std::size_t n) {
    std::vector<Label> held;
    held.reserve(n);
    for (std::size_t i = 0; i < n; ++i) held.push_back({std::string{labels[i].name()}, std::string{labels[i].value()}});
    return {family_, find(labels, n), std::move(held)};
  }

  detail::FamilyHandle family_;
};

}  // namespace vitals
