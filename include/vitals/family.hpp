#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string_view>

#include <vitals/detail/family_handle.hpp>
#include <vitals/detail/label_name.hpp>
#include <vitals/detail/label_value.hpp>
#include <vitals/detail/series_members.hpp>
#include <vitals/family_options.hpp>
#include <vitals/label_pair.hpp>
#include <vitals/scoped_series.hpp>

namespace vitals {

class Buckets;
class Histogram;

namespace detail {

struct Access;
// Of n label values; null if the family was removed.
void* find_or_create(const FamilyHandle& family, const std::string_view* values, std::size_t n);
void* find_or_create(const FamilyHandle& family, const std::string_view* values, std::size_t n, const Buckets& bounds);
bool remove(FamilyHandle& family, const std::string_view* values, std::size_t n);
std::size_t remove_matching(FamilyHandle& family, const LabelPair* wanted, std::size_t n);
std::size_t size(const FamilyHandle& family);

}  // namespace detail

template <class Metric, std::size_t N, class Key>
class Bound;

/// All series of one metric name: one Metric for each combination of N label values.
/// Thread-safe: any member from any thread.
/// Cost: with() of a series that exists, or is beyond the limit, takes no lock, and no allocation unless its values are
/// longer than some 2 kB in all; a new one takes a lock and may allocate. What a removed series took serves others of
/// about its size.
/// In a forked child, recording through references is safe; with() of a new series may hang if a thread of the parent
/// was making, removing or scraping series.
/// Lifetime: owned by its Registry, and valid as long as that, after Registry::remove() of the metric too: then with()
/// gives a metric that shows nowhere. So is a reference from with(), after the series has ended too, by remove() or
/// otherwise: what is recorded through it then shows nowhere, and never in another series.
template <class Metric, std::size_t N>
class Family final : public detail::SeriesMembers {
  // Without virtual functions and a destructor: it lies in its registry, and may be of a plug-in that has been
  // unloaded.
 public:
  explicit Family(detail::FamilyBase& family) noexcept : family_{family} {}
  Family(const Family&) = delete;  // keep a reference: auto& f = registry.counter(…)
  Family& operator=(const Family&) = delete;

  /// The metric with these label values, in the order in which the labels were declared; made if it is new. Values are
  /// strings (any bytes; invalid UTF-8 is replaced by U+FFFD; a null pointer is ""), integers, bool ("true", "false")
  /// or enumerations for which `std::string_view label_text(E)` is declared beside E. Keep the reference where the
  /// values are known beforehand: recording then needs no look-up. Not with FamilyOptions::expire_after, though.
  template <class... Values>
  Metric& with(const Values&... values) {
    static_assert(sizeof...(Values) == N, "vitals: with() takes as many values as the family has label names");
    return detail::found_metric<Metric>(
        detail::find_or_create(family_, views(detail::LabelText{detail::label_argument(values)}.view()...).data(), N));
  }
  // Not to be called: with({{"queue", "mail"}}).
  template <class Label = LabelPair>
  Metric& with(std::initializer_list<Label>) {
    static_assert(detail::kNever<Label>,
                  "vitals: with() takes label values alone, in the order in which their names were declared, without "
                  "braces: with(\"mail\")");
    __builtin_unreachable();
  }

  /// Of histograms: the same, but a series that is made by this call has these bucket bounds instead of its family's;
  /// one that there is keeps those that it has, whatever is given: with_bounds(Buckets{1, 2}, "GET"). Throws
  /// std::invalid_argument, also if there is the series, for bounds that a histogram can't have, and in families with
  /// native buckets. Checks the bounds at each call, and takes some kB for each new list of them, which series share
  /// and which stay when they end: beyond 1,000 lists in a family a new series has the family's bounds.
  template <detail::LabelValue... Values>
  Metric& with_bounds(const Buckets& bounds, const Values&... values) {
    static_assert(std::same_as<Metric, Histogram>, "vitals: with_bounds() is for families of histograms");
    static_assert(sizeof...(Values) == N,
                  "vitals: with_bounds() takes the bounds, and as many values as the family has label names");
    return detail::found_metric<Metric>(detail::find_or_create(
        family_, views(detail::LabelText{detail::label_argument(values)}.view()...).data(), N, bounds));
  }

  /// Ends the series with these values: it is exposed no longer, and with() makes a new one, from 0. False if there is
  /// none.
  template <class... Values>
  bool remove(const Values&... values) {
    static_assert(sizeof...(Values) == N, "vitals: remove() takes as many values as the family has label names");
    return detail::remove(family_, views(detail::LabelText{detail::label_argument(values)}.view()...).data(), N);
  }

  /// with(), and remove() when the result dies, if the series is still the same: for what comes and goes, such as a
  /// connection. Of several with the same values the first that dies removes the series of all: give each its own.
  /// Allocates. Of series beyond the limit nothing is removed.
  template <class... Values>
  ScopedSeries<Metric, N> scoped(const Values&... values) {
    static_assert(sizeof...(Values) == N, "vitals: scoped() takes as many values as the family has label names");
    if constexpr (sizeof...(Values) == N) {
      return scoped_views(detail::LabelText{detail::label_argument(values)}.view()...);
    } else {
      __builtin_unreachable();
    }
  }

  /// Ends all series that have these labels: remove_matching({{"tenant", "7"}}). Returns how many.
  /// Throws std::invalid_argument for a label that the family doesn't have. Takes time in proportion to the series.
  std::size_t remove_matching(std::initializer_list<LabelPair> labels) {
    return detail::remove_matching(family_, labels.begin(), labels.size());
  }
  /// Ends all series. Returns how many.
  std::size_t clear() { return detail::remove_matching(family_, nullptr, 0); }

  /// How many series there are, without the one for those beyond the limit.
  [[nodiscard]] std::size_t size() const { return detail::size(family_); }

 private:
  template <class, std::size_t, class>
  friend class Bound;

  template <class... Views>
  static std::array<std::string_view, sizeof...(Views)> views(Views... texts) noexcept {
    return {texts...};
  }
  template <class... Views>
  ScopedSeries<Metric, N> scoped_views(Views... texts) {
    const std::array<std::string_view, N> all{texts...};
    return {family_, detail::found_metric<Metric>(detail::find_or_create(family_, all.data(), N)), all};
  }

  detail::FamilyHandle family_;
};

}  // namespace vitals
