#include "core/formats/bucket_labels.hpp"

#include <utility>

#include "core/formats/text_pieces.hpp"
#include "core/text/metric_types.hpp"

namespace vitals::detail {

void BucketLabels::render(std::size_t i, double bound) {
  std::string text{kBucketLabel};
  text += "=\"";
  append_float(text, bound, format_);
  text += "\"} ";
  if (i == labels_.size()) {
    labels_.push_back({bound, std::move(text)});
  } else {
    labels_[i] = {bound, std::move(text)};
  }
}

}  // namespace vitals::detail
