#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/format.hpp>

namespace vitals::detail {

// The labels of buckets, `le="0.5"} `, which are kept because histograms that follow each other mostly have the same
// bounds.
class BucketLabels {
 public:
  /// That of bucket i, with what stands behind it on its line. REQUIRES: i is at most the number of buckets that were
  /// asked for before; of one BucketLabels always the same format.
  std::string_view of(std::size_t i, double bound, Format format) {
    if (i == labels_.size() || labels_[i].bound != bound) [[unlikely]]
      render(i, bound, format);
    return labels_[i].text;
  }

 private:
  struct Label {
    double bound;
    std::string text;
  };

  void render(std::size_t i, double bound, Format format);

  std::vector<Label> labels_;
};

}  // namespace vitals::detail
