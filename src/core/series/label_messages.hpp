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

  /// Those of a key, after the constant ones. Valid until the next call. Allocates nothing once there is the memory.
  std::string_view of(KeyWords key);

 private:
  const LabelLayout& layout_;
  std::size_t constant_bytes_;
  std::string text_;  // begins with the constant ones; kept for its memory
};

}  // namespace vitals::detail
