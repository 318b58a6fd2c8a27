#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <vitals/detail/label_name.hpp>

namespace vitals::detail {

// A text that outlives the call: no std::string by value.
template <class T>
concept LastingText = std::convertible_to<T, std::string_view> &&
    (std::same_as<T, std::string_view> || std::is_pointer_v<T> || std::is_lvalue_reference_v<T>);

template <class T>
concept LabelEnum = std::is_enum_v<T> && requires(T value) {
  { label_text(value) } -> LastingText;
};

// A number: what std::integral has besides are truth values and characters.
template <class T>
concept Integer = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
                  !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

// A label value as text, without allocation; lives as long as the full expression that makes it.
class LabelText {
 public:
  explicit LabelText(std::string_view text) noexcept : text_{text} {}
  explicit LabelText(bool value) noexcept : text_{value ? "true" : "false"} {}
  template <Integer T>
  explicit LabelText(T value) noexcept : text_{digits_, digits(value)} {}
  explicit LabelText(LabelEnum auto value) : text_{label_text(value)} {}
  LabelText(const LabelText&) = delete;

  [[nodiscard]] std::string_view view() const noexcept { return text_; }

 private:
  template <class T>
  std::size_t digits(T value) noexcept {
    return static_cast<std::size_t>(std::to_chars(digits_, digits_ + sizeof digits_, value).ptr - digits_);
  }

  char digits_[40];  // of 128 bits, which GNU dialects have
  std::string_view text_;
};

template <class T>
concept LabelValue = (std::convertible_to<const T&, std::string_view> && !std::same_as<T, std::nullptr_t>) ||
                     Integer<T> || std::same_as<T, bool> || LabelEnum<T>;

template <class T>
using LabelArgument = std::conditional_t<std::convertible_to<const T&, std::string_view>, std::string_view, T>;

// A null pointer is an empty text.
template <LabelValue T>
LabelArgument<T> label_argument(const T& value) {
  if constexpr (std::is_pointer_v<std::decay_t<T>>) {
    const char* text = value;
    return text == nullptr ? std::string_view{} : std::string_view{text};
  } else {
    return value;
  }
}
template <class T>
std::string_view label_argument(const T&) {
  static_assert(
      kNever<T>,
      "vitals: a label value is a text, an integer, a bool, or an enumeration with a label_text(); make a text "
      "of anything else: with(std::to_string(3.5))");
  return {};
}

}  // namespace vitals::detail
