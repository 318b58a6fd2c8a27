#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/format.hpp>

namespace vitals::detail {

/// The labels of buckets as text, `le="0.5"} `. Histograms that follow each other mostly have the same bounds, so each
/// is rendered once.
class BucketLabels {
 public:
  explicit BucketLabels(Format format) noexcept : format_{format} {}

  /// That of bucket i, with what stands behind it on its line. Valid until the next call. REQUIRES: the buckets before
  /// it were asked for.
  std::string_view of(std::size_t i, double bound) {
    if (i == labels_.size() || std::bit_cast<std::uint64_t>(labels_[i].bound) != std::bit_cast<std::uint64_t>(bound))
        [[unlikely]]
      render(i, bound);
    return labels_[i].text;
  }

 private:
  struct Label {
    double bound;
    std::string text;
  };

  void render(std::size_t i, double bound);

  const Format format_;
  std::vector<Label> labels_;
};

}  // namespace vitals::detail
