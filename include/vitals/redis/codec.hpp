#pragma once

#include <charconv>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <vitals/redis/detail/bytes.hpp>

namespace vitals {

/// How a T is written to a cache and read back. Specialise it for types of your own:
///
///   template <>
///   struct vitals::Codec<User> {
///     static std::string encode(const User& user);
///     static std::optional<User> decode(std::string_view text);   // nothing, if text is no User
///   };
///
/// decode() gets whatever is in Redis, and must not trust it. Either may throw: the cache then does without. Two
/// versions of a program share a cache: when the form changes, let decode() refuse the old one, or cache under a new
/// name. There are codecs for std::string, bool, numbers, enumerations, and for std::optional, std::vector, std::pair
/// and std::tuple of what has one.
template <class T>
struct Codec;

/// T can be cached.
template <class T>
concept Cacheable = requires(const T& value, std::string_view text) {
  { Codec<T>::encode(value) } -> std::convertible_to<std::string>;
  { Codec<T>::decode(text) } -> std::same_as<std::optional<T>>;
};

template <>
struct Codec<std::string> {
  static std::string encode(const std::string& value) { return value; }
  static std::optional<std::string> decode(std::string_view text) { return std::string{text}; }
};

template <>
struct Codec<bool> {
  static std::string encode(bool value) { return value ? "1" : "0"; }
  static std::optional<bool> decode(std::string_view text) noexcept {
    if (text != "0" && text != "1") return std::nullopt;
    return text == "1";
  }
};

/// The shortest decimal text that reads back as the same number.
template <class T>
requires std::is_arithmetic_v<T>
struct Codec<T> {
  // Character types are numbers here; the wide ones have no to_chars of their own.
  using Number = std::conditional_t<std::floating_point<T>, T,
                                    std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t>>;

  static std::string encode(T value) {
    char digits[128];
    return {digits, std::to_chars(digits, digits + sizeof digits, static_cast<Number>(value)).ptr};
  }
  static std::optional<T> decode(std::string_view text) noexcept {
    Number number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stopped != end) return std::nullopt;
    const T value = static_cast<T>(number);
    if constexpr (!std::floating_point<T>) {
      if (static_cast<Number>(value) != number) return std::nullopt;
    }
    return value;
  }
};

/// Of enumerations with a fixed underlying type (`enum class`, `enum E : int`): any other holds only some numbers, and
/// what is in Redis may be none of them.
template <class T>
requires std::is_enum_v<T> && requires { T{0}; }
struct Codec<T> {
  using Number = Codec<std::underlying_type_t<T>>;

  static std::string encode(T value) { return Number::encode(static_cast<std::underlying_type_t<T>>(value)); }
  static std::optional<T> decode(std::string_view text) noexcept {
    const auto number = Number::decode(text);
    return number ? std::optional{static_cast<T>(*number)} : std::nullopt;
  }
};

namespace detail {

/// Takes the next part of a composite value off `text`, and decodes it.
template <Cacheable T>
std::optional<T> take_value(std::string_view& text) {
  const auto part = take_part(text);
  return part ? Codec<T>::decode(*part) : std::nullopt;
}

}  // namespace detail

template <Cacheable T>
struct Codec<std::optional<T>> {
  static std::string encode(const std::optional<T>& value) {
    return value ? std::string{"1"}.append(Codec<T>::encode(*value)) : std::string{"0"};
  }
  static std::optional<std::optional<T>> decode(std::string_view text) {
    if (text == "0") return std::optional<T>{};
    if (!text.starts_with('1')) return std::nullopt;
    std::optional<T> value = Codec<T>::decode(text.substr(1));
    return value ? std::optional<std::optional<T>>{std::move(value)} : std::nullopt;
  }
};

template <Cacheable T>
struct Codec<std::vector<T>> {
  static std::string encode(const std::vector<T>& values) {
    std::string out;
    for (const T& value : values) detail::append_part(out, Codec<T>::encode(value));
    return out;
  }
  static std::optional<std::vector<T>> decode(std::string_view text) {
    std::vector<T> values;
    while (!text.empty()) {
      std::optional<T> value = detail::take_value<T>(text);
      if (!value) return std::nullopt;
      values.push_back(*std::move(value));
    }
    return values;
  }
};

template <Cacheable... T>
struct Codec<std::tuple<T...>> {
  static std::string encode(const std::tuple<T...>& values) {
    std::string out;
    std::apply([&out](const T&... value) { (detail::append_part(out, Codec<T>::encode(value)), ...); }, values);
    return out;
  }
  static std::optional<std::tuple<T...>> decode(std::string_view text) {
    // A braced list: the parts are taken from left to right.
    std::tuple<std::optional<T>...> values{detail::take_value<T>(text)...};
    return std::apply(
        [text](std::optional<T>&... value) -> std::optional<std::tuple<T...>> {
          if (!text.empty() || !(... && value.has_value())) return std::nullopt;
          return std::tuple<T...>{*std::move(value)...};
        },
        values);
  }
};

template <Cacheable A, Cacheable B>
struct Codec<std::pair<A, B>> {
  static std::string encode(const std::pair<A, B>& value) {
    std::string out;
    detail::append_part(out, Codec<A>::encode(value.first));
    detail::append_part(out, Codec<B>::encode(value.second));
    return out;
  }
  static std::optional<std::pair<A, B>> decode(std::string_view text) {
    std::optional<A> first = detail::take_value<A>(text);
    std::optional<B> second = detail::take_value<B>(text);
    if (!first || !second || !text.empty()) return std::nullopt;
    return std::pair<A, B>{*std::move(first), *std::move(second)};
  }
};

}  // namespace vitals
