#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/series/declaration.hpp"
#include "core/series/label_key.hpp"
#include "core/series/open_key.hpp"

namespace vitals::detail {

/// What the key of a series of a family says of its labels.
class LabelLayout {
 public:
  /// REQUIRES: the declaration lives as long as this.
  explicit LabelLayout(const Declaration& declared) noexcept : declared_{declared} {}

  /// Calls visit(name, value) for each label that is shown, in the order in which they are, without the constant ones.
  template <class Visit>
  void for_each(KeyWords key, Visit visit) const {
    if (is_open()) return OpenKey::for_each_label(key, visit);
    for_each_value(key, [&](std::size_t i, std::string_view value) { visit(std::string_view{names()[i]}, value); });
  }

  /// Whether each series has names of its own.
  [[nodiscard]] bool is_open() const noexcept { return declared_.open_labels; }
  /// Those of all series. REQUIRES: not is_open().
  [[nodiscard]] const std::vector<std::string>& names() const noexcept { return declared_.labels; }
  /// The same as for_each() with the place of the name among names(). REQUIRES: not is_open().
  template <class Visit>
  void for_each_value(KeyWords key, Visit visit) const {
    std::size_t i = 0;
    LabelKey::for_each_value(key, declared_.labels.size(), [&](std::string_view value) {
      if (!value.empty() || !declared_.omits_empty_labels) visit(i, value);
      ++i;
    });
  }

 private:
  const Declaration& declared_;
};

}  // namespace vitals::detail
