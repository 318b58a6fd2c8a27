#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/snapshot.hpp>

#include "core/series/label_key.hpp"
#include "core/series/label_layout.hpp"

namespace vitals::detail {

/// The labels of a family's series as LabelPairs of a protobuf Metric, from their keys. Names and values need no
/// escaping, so every length is known before it is written, and nothing has to be moved to make room for one.
class LabelMessages {
 public:
  /// REQUIRES: names are exposed as they are, values of `constant` are UTF-8; all live as long as this.
  LabelMessages(const std::vector<Label>& constant, const LabelLayout& layout);

  /// The most bytes that put() writes for a key.
  [[nodiscard]] std::size_t most_bytes(KeyWords key) const noexcept {
    return layout_.is_open() ? most_open_bytes(key) : most_bytes_besides_ + key.size() * sizeof(key[0]);
  }
  /// Writes those of a key, after the constant ones; returns their end.
  char* put(KeyWords key, char* at) const noexcept;

 private:
  [[nodiscard]] std::size_t most_open_bytes(KeyWords key) const noexcept;

  const LabelLayout& layout_;
  std::string constant_;            // all of them
  std::vector<std::string> names_;  // of each name its field, and the beginning of the field that has the value
  std::size_t most_bytes_besides_;  // the values
};

}  // namespace vitals::detail
