#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include <vitals/label_pair.hpp>

#include "core/series/label_key.hpp"

namespace vitals::detail {

/// The key of a series that has label names of its own: names and values in turn, as a LabelKey has values. In a long
/// key the number of labels stands first, in the word that is marked; in a short one it shows by itself, since no name
/// is empty: behind the last label all lengths are 0.
class OpenKey {
 public:
  /// REQUIRES: sorted by name, no name empty. Allocates if names and values are longer than some 2 kB.
  explicit OpenKey(std::span<const LabelPair> labels);
  OpenKey(const OpenKey&) = delete;
  OpenKey& operator=(const OpenKey&) = delete;

  [[nodiscard]] KeyWords words() const noexcept { return words_; }

  /// Calls visit(name, value) for each label.
  template <class Visit>
  static void for_each_label(KeyWords words, Visit visit) {
    const bool is_long = (words[0] & kLongKey) != 0;
    const std::size_t n = is_long ? words[0] & ~kLongKey : kShortLabels;
    const std::uint64_t* text = words.data() + 1 + (is_long ? 2 * n : 0);
    const auto next = [&](std::size_t i) {
      const std::size_t size = is_long ? words[1 + i] : words[0] >> (8 * i) & 0xFF;
      const std::string_view part{reinterpret_cast<const char*>(text), size};
      text += (size + 7) / 8;
      return part;
    };
    for (std::size_t i = 0; i < n; ++i) {
      const std::string_view name = next(2 * i);
      if (name.empty()) return;
      visit(name, next(2 * i + 1));
    }
  }

 private:
  static constexpr std::size_t kShortLabels = kShortValues / 2;

  [[nodiscard]] std::uint64_t* put_short(std::span<const LabelPair> labels) noexcept;
  [[nodiscard]] std::uint64_t* put_long(std::span<const LabelPair> labels);

  std::uint64_t local_[256];  // not filled: the stack is there anyway
  std::unique_ptr<std::uint64_t[]> large_;
  KeyWords words_;
};

}  // namespace vitals::detail
