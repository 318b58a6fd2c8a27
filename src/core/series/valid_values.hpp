#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/text/utf8.hpp"

namespace vitals::detail {

/// Label values with U+FFFD where they were not UTF-8. Allocates if they are longer than some 2 kB, or more than 64.
class ValidValues {
 public:
  /// Of a range of texts, or of what text() makes texts of.
  template <class Values, class Text = std::identity>
  explicit ValidValues(const Values& values, Text text = {}) {
    std::size_t most = 0;
    for (const auto& value : values) most += most_valid_utf8(text(value).size()), ++size_;
    char* at = local_text_;
    auto* view = reinterpret_cast<std::string_view*>(local_views_);
    if (most > sizeof local_text_) {
      large_text_ = std::make_unique_for_overwrite<char[]>(most);
      at = large_text_.get();
    }
    if (size_ > kLocal) {
      large_views_.resize(size_);
      view = large_views_.data();
    }
    begin_ = view;
    for (const auto& value : values) {
      char* const end = put_valid_utf8(at, text(value));
      *view++ = {at, static_cast<std::size_t>(end - at)};
      at = end;
    }
  }
  ValidValues(const ValidValues&) = delete;
  ValidValues& operator=(const ValidValues&) = delete;

  [[nodiscard]] std::span<const std::string_view> views() const noexcept { return {begin_, size_}; }

 private:
  static constexpr std::size_t kLocal = 64;

  // Not filled: the stack is there anyway.
  char local_text_[6144];
  alignas(std::string_view) std::byte local_views_[kLocal * sizeof(std::string_view)];
  std::unique_ptr<char[]> large_text_;
  std::vector<std::string_view> large_views_;
  const std::string_view* begin_;
  std::size_t size_ = 0;
};

}  // namespace vitals::detail
