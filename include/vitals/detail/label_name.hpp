#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals::detail {

template <class>
inline constexpr bool kNever = false;

// What a name may be made of: it outlives the call, or at least the expression.
template <class T>
concept NameText = std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>;

/// A label name where a metric is declared: {"method", "status"} are two of them. A list of std::string_view would take
/// {{"zone", "a"}} for one name, from the address of "zone" to that of "a".
class LabelName {
 public:
  template <NameText T>
  constexpr LabelName(const T& name) noexcept : name_{name} {}
  template <NameText First, class Second, class... More>
  LabelName(const First&, const Second&, const More&...) {
    static_assert(kNever<First>,
                  "vitals: give label names alone, each a text: counter(\"a_total\", \"Help.\", {\"zone\"}); "
                  "their values come later: .with(\"a\")");
  }

  constexpr operator std::string_view() const noexcept { return name_; }

 private:
  std::string_view name_{};
};

/// A name in another list: of states, or of families.
class ListedName {
 public:
  template <NameText T>
  constexpr ListedName(const T& name) noexcept : name_{name} {}
  template <NameText First, class Second, class... More>
  ListedName(const First&, const Second&, const More&...) {
    static_assert(kNever<First>, "vitals: give a list of names, each a text: {\"starting\", \"serving\"}");
  }

  constexpr operator std::string_view() const noexcept { return name_; }

 private:
  std::string_view name_{};
};

}  // namespace vitals::detail
