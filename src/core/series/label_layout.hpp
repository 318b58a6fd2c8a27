#pragma once

#include <string_view>

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
    if (declared_.open_labels) return OpenKey::for_each_label(key, visit);
    auto name = declared_.labels.begin();
    LabelKey::for_each_value(key, declared_.labels.size(), [&](std::string_view value) {
      if (!value.empty() || !declared_.omits_empty_labels) visit(std::string_view{*name}, value);
      ++name;
    });
  }

 private:
  const Declaration& declared_;
};

}  // namespace vitals::detail
