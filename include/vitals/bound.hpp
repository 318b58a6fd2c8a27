#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <vitals/family.hpp>

namespace vitals {

namespace detail {

// Label values that are numbers too, so that one finds a place in a table.
template <class T>
concept TableKey = (std::same_as<T, bool> || Integer<T> || LabelEnum<T>)&&sizeof(T) <= sizeof(std::uint64_t);

// Differences of two are right, also of negative ones.
template <TableKey T>
constexpr std::uint64_t table_place(T key) noexcept {
  if constexpr (std::is_enum_v<T>) {
    return static_cast<std::uint64_t>(static_cast<std::underlying_type_t<T>>(key));
  } else {
    return static_cast<std::uint64_t>(key);
  }
}

inline constexpr std::size_t kMaxTable = 4'096;
/// Throws std::invalid_argument if the family's series may end by themselves, or the table would be too large.
void check_table(const FamilyHandle& family, std::uint64_t last);

}  // namespace detail

/// A closed set of label values: each(). A plain value.
template <detail::TableKey Key>
struct Each {
  std::vector<Key> values;
};

namespace detail {

template <class T>
struct KeyOfEach {
  static constexpr std::size_t kSets = 0;
};
template <class Key>
struct KeyOfEach<Each<Key>> {
  static constexpr std::size_t kSets = 1;
  using Type = Key;
};
template <class First, class... Rest>
struct FirstKey : std::conditional_t<KeyOfEach<First>::kSets == 1, KeyOfEach<First>, FirstKey<Rest...>> {};
template <class Last>
struct FirstKey<Last> : KeyOfEach<Last> {};

}  // namespace detail

/// The set of these: enumerators of an enum that has label_text() (see Family::with), integers, or truth values:
/// each(Result::Ok, Result::Failed), each(false, true), each(200, 404, 500).
template <class... Values>
auto each(Values... values) {
  constexpr bool kAreKeys = sizeof...(Values) > 0 && (detail::TableKey<Values> && ...);
  static_assert(kAreKeys,
                "vitals: each() takes the values of a closed set, at least one: enumerators of an enum that has "
                "label_text(), integers, or truth values");
  if constexpr (kAreKeys) {
    using Key = std::common_type_t<Values...>;
    constexpr bool kAreAlike = (std::same_as<Values, Key> && ...);
    static_assert(kAreAlike, "vitals: the values that each() takes must be of one type");
    if constexpr (kAreAlike) return Each<Key>{{values...}};
  }
}

/// The set of the integers 0, 1, … n - 1; of more than 4,096 the first ones, which bound() refuses.
template <detail::TableKey Key>
requires(detail::Integer<Key>) Each<Key> each_below(Key n) {
  Each<Key> set;
  for (Key value = 0; value < n && set.values.size() <= detail::kMaxTable; ++value) set.values.push_back(value);
  return set;
}

/// A table of a family's metrics, one for each value of a closed set, which finds them without a look-up: bound().
/// Thread-safe: any member from any thread.
/// Cost: an index and two comparisons beside a reference that is kept, about 1 ns; 8 bytes for each number from the
/// least to the greatest of the set. Move-only.
/// Lifetime: its metrics are references as with() gives them: valid as long as the Registry, and dead once their series
/// is removed. It must not outlive the family.
template <class Metric, std::size_t N, class Key>
class Bound {
 public:
  /// bound() says what it is made of.
  template <class... Values>
  explicit Bound(Family<Metric, N>& family, const Values&... values) : family_{&family.family_} {
    std::size_t label = 0;
    const Each<Key>* set = nullptr;
    (take(label++, values, set), ...);
    fill(*set);
  }

  /// The metric of that value. One that is not in the set is looked up as by with(), at the price of that: it has a
  /// series of its own, which is made if it is new, or that for series beyond the limit. So nothing goes wrong that
  /// way, but let no client choose it. Throws nothing for values of the set.
  [[nodiscard]] Metric& operator[](Key key) const {
    const std::uint64_t i = detail::table_place(key) - first_;
    if (i < size_) [[likely]] {
      if (Metric* const metric = table_[i]; metric != nullptr) [[likely]]
        return *metric;
    }
    return look_up(key);
  }

 private:
  template <class Value>
  void take(std::size_t label, const Value& value, const Each<Key>*& set) {
    if constexpr (std::same_as<Value, Each<Key>>) {
      position_ = label;
      set = &value;
    } else {
      values_[label] = detail::LabelText{detail::label_argument(value)}.view();
    }
  }

  void fill(const Each<Key>& set) {
    const auto [least, greatest] = std::minmax_element(set.values.begin(), set.values.end());
    if (least == set.values.end()) return;  // each_below(0)
    first_ = detail::table_place(Key{*least});
    const std::uint64_t last = detail::table_place(Key{*greatest}) - first_;
    detail::check_table(*family_, last);
    table_ = std::make_unique<Metric*[]>(last + 1);
    for (const Key key : set.values) table_[detail::table_place(key) - first_] = &look_up(key);
    size_ = last + 1;
  }

  // Not inlined: it would grow the code around every use of the table.
  [[gnu::noinline]] Metric& look_up(Key key) const {
    std::array<std::string_view, N> views;
    std::copy(values_.begin(), values_.end(), views.begin());
    const detail::LabelText text{key};
    views[position_] = text.view();
    return detail::found_metric<Metric>(detail::find_or_create(*family_, views.data(), N));
  }

  std::uint64_t first_ = 0;
  std::uint64_t size_ = 0;
  std::unique_ptr<Metric*[]> table_;  // null where the set has nothing
  detail::FamilyHandle* family_;
  std::array<std::string, N> values_;  // of the labels but for the set's
  std::size_t position_ = 0;
};

/// The metrics of a closed set of label values. Takes what with() takes, but a set made by each() or each_below() for
/// one of the labels:
///   auto results = vitals::bound(requests, "GET", vitals::each(Result::Ok, Result::Failed));
///   results[Result::Ok].inc();
/// Makes the series of the whole set, so that they are there from the start, at 0. Throws std::invalid_argument for
/// families with FamilyOptions::expire_after, of whose series no references may be kept, and for sets whose numbers lie
/// 4,096 or more apart.
template <class Metric, std::size_t N, class... Values>
auto bound(Family<Metric, N>& family, const Values&... values) {
  constexpr bool kIsOneForEach = sizeof...(Values) == N;
  constexpr bool kHasOneSet = (detail::KeyOfEach<Values>::kSets + ... + 0) == 1;
  constexpr bool kAreValues = ((detail::KeyOfEach<Values>::kSets == 1 || detail::LabelValue<Values>)&&...);
  static_assert(!kAreValues || kIsOneForEach, "vitals: bound() takes a value for each label name of the family");
  static_assert(!kAreValues || !kIsOneForEach || kHasOneSet,
                "vitals: one of the values that bound() takes is a set, made by each() or each_below()");
  static_assert(kAreValues, "vitals: the values that bound() takes are a set, made by each(), and label values");
  if constexpr (kIsOneForEach && kHasOneSet && kAreValues) {
    return Bound<Metric, N, typename detail::FirstKey<Values...>::Type>{family, values...};
  }
}

}  // namespace vitals
