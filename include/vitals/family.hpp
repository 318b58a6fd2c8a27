#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>

namespace vitals {

namespace detail {

template <class Metric>
class FamilyStore;
template <class Metric>
Metric& find_or_create(FamilyStore<Metric>& store, const std::string_view* values);
template <class Metric>
bool remove(FamilyStore<Metric>& store, const std::string_view* values);

// A label value as text, without allocation; lives as long as the full expression that makes it.
class LabelText {
 public:
  explicit LabelText(std::string_view text) noexcept : text_{text} {}
  explicit LabelText(bool value) noexcept : text_{value ? "true" : "false"} {}
  template <std::integral T>
  requires(!std::same_as<T, bool> && !std::same_as<T, char>) explicit LabelText(T value) noexcept
      : text_{digits_, digits(value)} {}
  LabelText(const LabelText&) = delete;

  [[nodiscard]] std::string_view view() const noexcept { return text_; }

 private:
  template <class T>
  std::size_t digits(T value) noexcept {
    return static_cast<std::size_t>(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr - digits_);
  }

  char digits_[24];
  std::string_view text_;
};

template <class T>
concept LabelValue = (std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>) ||
                     (std::integral<T> && !std::same_as<T, char>);

template <class T>
using LabelArgument = std::conditional_t<std::convertible_to<const T&, std::string_view>, std::string_view, T>;

// What a registry keeps a Family of any type as.
struct FamilyFacade {
  virtual ~FamilyFacade() = default;
};

}  // namespace detail

/// How many series a family may have.
struct FamilyOptions {
  /// Further label sets share one series whose label values are all `_overflow`; vitals_series_overflow_total counts
  /// them.
  std::size_t max_series = 10'000;
};

/// All series of one metric name: one Metric for each combination of N label values.
/// Thread-safe: any member from any thread.
/// Cost: with() of a series that exists takes no lock and no allocation; a new one, one beyond the limit and one with
/// invalid UTF-8 take a lock and may allocate. remove() takes the lock and time in proportion to the series.
/// In a forked child, recording through references is safe; with() of a new series is not if a thread of the parent was
/// making one.
/// Lifetime: owned by its Registry, and so are the metrics: a reference from with() is valid as long as the Registry,
/// after remove() too (what is recorded through it then shows nowhere).
template <class Metric, std::size_t N>
class Family final : public detail::FamilyFacade {
 public:
  explicit Family(detail::FamilyStore<Metric>& store) noexcept : store_{store} {}
  Family(const Family&) = delete;
  Family& operator=(const Family&) = delete;

  /// The metric with these label values, in the order in which the labels were declared; made if it is new. Values are
  /// strings (any bytes; invalid UTF-8 is replaced by U+FFFD), integers or bool ("true", "false"). Keep the reference
  /// where the values are known beforehand: recording then needs no look-up.
  template <detail::LabelValue... Values>
  requires(sizeof...(Values) == N) Metric& with(const Values&... values) {
    return detail::find_or_create(store_,
                                  views(detail::LabelText{detail::LabelArgument<Values>(values)}.view()...).data());
  }

  /// Ends the series with these values: it is exposed no longer, and with() makes a new one, from 0. False if there is
  /// none.
  template <detail::LabelValue... Values>
  requires(sizeof...(Values) == N) bool remove(const Values&... values) {
    return detail::remove(store_, views(detail::LabelText{detail::LabelArgument<Values>(values)}.view()...).data());
  }

 private:
  template <class... Views>
  static std::array<std::string_view, N> views(Views... texts) noexcept {
    return {texts...};
  }

  detail::FamilyStore<Metric>& store_;
};

}  // namespace vitals
