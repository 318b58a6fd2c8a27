#pragma once

#include <bit>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vitals/detail/cells.hpp>
#include <vitals/redis/codec.hpp>
#include <vitals/redis/detail/bytes.hpp>

namespace vitals::detail {

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;
template <class T>
inline constexpr bool kIsTimePoint = false;
template <class Clock, class Duration>
inline constexpr bool kIsTimePoint<std::chrono::time_point<Clock, Duration>> = true;
template <class T>
concept TupleLike = requires {
  std::tuple_size<T>::value;
};
/// Sets and maps without an order, which would give equal arguments different keys.
template <class T>
concept Unordered = requires {
  typename T::hasher;
};

template <std::floating_point T>
void append_floating(std::string& out, T value) {
  static_assert(sizeof(T) <= sizeof(double), "vitals::Cache: long double arguments are not supported; use double");
  // Equal numbers have equal bits after this, under any flags of the compiler: one zero, one NaN.
  auto bits = std::bit_cast<std::uint64_t>(double{value});
  if (bits << 1 == 0) bits = 0;
  if (is_nan(value)) bits = std::bit_cast<std::uint64_t>(std::numeric_limits<double>::quiet_NaN());
  append_number(out, 'd', bits);
}

template <class T>
inline constexpr bool kHasCodecOfVitals = std::same_as<T, std::string> || kIsOptional<T>;
template <class... T>
inline constexpr bool kHasCodecOfVitals<std::vector<T...>> = true;
template <class... T>
inline constexpr bool kHasCodecOfVitals<std::tuple<T...>> = true;
template <class A, class B>
inline constexpr bool kHasCodecOfVitals<std::pair<A, B>> = true;
/// The user says, by a Codec of their own, what tells two values of this type apart; that goes before what
/// append_argument() would make of them.
template <class T>
concept HasCodecOfUser = std::is_class_v<T> && !kHasCodecOfVitals<T> && Cacheable<T>;

template <class T>
void append_argument(std::string& out, const T& value) {
  if constexpr (HasCodecOfUser<T>) {
    append_text(out, 'c', Codec<T>::encode(value));
  } else if constexpr (std::is_pointer_v<T> && std::convertible_to<const T&, std::string_view>) {
    value == nullptr ? append_number(out, 'n', 0) : append_text(out, 's', std::string_view{value});
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    append_text(out, 's', std::string_view{value});
  } else if constexpr (std::same_as<T, bool>) {
    append_number(out, 'b', value ? 1 : 0);
  } else if constexpr (std::is_enum_v<T>) {
    append_argument(out, static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (std::integral<T>) {
    append_number(out, std::is_signed_v<T> ? 'i' : 'u', static_cast<std::uint64_t>(value));
  } else if constexpr (std::floating_point<T>) {
    append_floating(out, value);
  } else if constexpr (kIsDuration<T>) {
    append_argument(out, value.count());
  } else if constexpr (kIsTimePoint<T>) {
    append_argument(out, value.time_since_epoch().count());
  } else if constexpr (kIsOptional<T>) {
    append_number(out, 'o', value ? 1 : 0);
    if (value) append_argument(out, *value);
  } else if constexpr (std::ranges::sized_range<const T> && !Unordered<T>) {
    append_number(out, 'l', static_cast<std::uint64_t>(std::ranges::size(value)));
    for (const auto& element : value) append_argument<std::ranges::range_value_t<const T>>(out, element);
  } else if constexpr (TupleLike<T>) {
    append_number(out, 't', std::tuple_size_v<T>);
    std::apply([&out](const auto&... element) { (append_argument(out, element), ...); }, value);
  } else {
    static_assert(HasCodecOfUser<T>,
                  "vitals::Cache: an argument of this type makes no key; specialise vitals::Codec for it");
  }
}

/// The arguments of a cached function as bytes: the same for equal arguments, different for different ones. Each has
/// the tag of its kind, and a length where it has one, so that ("ab", "c") and ("a", "bc") differ, and so do nullptr
/// and "".
template <class... Args>
std::string canonical(const Args&... args) {
  std::string out;
  (append_argument(out, args), ...);
  return out;
}

}  // namespace vitals::detail
