#pragma once

#include <cstddef>
#include <iterator>
#include <string>
#include <type_traits>

namespace vitals {

// Ranges whose elements are made when they are asked for: names, and labels with them.
inline std::string name_of(int i) { return "label_" + std::to_string(i); }

template <class Element>
struct Countdown {
  struct Iterator {
    // NOLINTBEGIN(readability-identifier-naming): the standard's names
    using value_type = Element;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    // NOLINTEND(readability-identifier-naming)

    Element operator*() const {
      if constexpr (std::is_same_v<Element, std::string>) {
        return name_of(left);
      } else {
        return {left == 1 ? "x" : "y", left};
      }
    }
    Iterator& operator++() {
      --left;
      return *this;
    }
    Iterator operator++(int) { return {left--}; }
    bool operator==(const Iterator&) const = default;

    int left = 0;
  };
  [[nodiscard]] Iterator begin() const { return {2}; }
  [[nodiscard]] Iterator end() const { return {0}; }
};

}  // namespace vitals
