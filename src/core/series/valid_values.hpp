#pragma once

#include <cstddef>
#include <functional>
#include <memory_resource>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/text/utf8.hpp"

namespace vitals::detail {

/// Label values with U+FFFD where they were not UTF-8. Allocates if they are longer than some 2 kB.
class ValidValues {
 public:
  /// Of a range of texts, or of what text() makes texts of.
  template <class Values, class Text = std::identity>
  explicit ValidValues(const Values& values, Text text = {}) : text_{&memory_}, views_{&memory_} {
    std::size_t most = 0;
    for (const auto& value : values) most += most_valid_utf8(text(value).size());
    text_.reserve(most);  // so that it stays where it is
    views_.reserve(values.size());
    for (const auto& value : values) {
      const std::size_t begin = text_.size();
      append_valid_utf8(text_, text(value));
      views_.push_back(std::string_view{text_}.substr(begin));
    }
  }

  [[nodiscard]] std::span<const std::string_view> views() const noexcept { return views_; }

 private:
  std::byte local_[6144];  // not filled: the stack is there anyway
  std::pmr::monotonic_buffer_resource memory_{local_, sizeof local_};
  std::pmr::string text_;
  std::pmr::vector<std::string_view> views_;
};

}  // namespace vitals::detail
