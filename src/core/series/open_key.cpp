#include "core/series/open_key.hpp"

#include <iterator>

namespace vitals::detail {

OpenKey::OpenKey(std::span<const LabelPair> labels) {
  if (const std::uint64_t* end = put_short(labels)) {
    words_ = {local_, end};
    return;
  }
  const std::uint64_t* end = put_long(labels);
  words_ = {large_ ? large_.get() : local_, end};
}

// Returns nullptr if there is no short key of these.
std::uint64_t* OpenKey::put_short(std::span<const LabelPair> labels) noexcept {
  static_assert(std::size(decltype(local_){}) > kShortValues * (1 + kShortLength / 8));
  const LabelPair* label = labels.data();
  switch (labels.size()) {
    case 0:
      local_[0] = 0;
      return local_ + 1;
    case 1:
      return put_short_key(local_, label[0].name, label[0].value);
    case 2:
      return put_short_key(local_, label[0].name, label[0].value, label[1].name, label[1].value);
    case kShortLabels:
      return put_short_key(local_, label[0].name, label[0].value, label[1].name, label[1].value, label[2].name,
                           label[2].value);
    default:
      return nullptr;
  }
}

std::uint64_t* OpenKey::put_long(std::span<const LabelPair> labels) {
  std::size_t size = 1 + 2 * labels.size();
  for (const auto& [name, value] : labels) size += (name.size() + 7) / 8 + (value.size() + 7) / 8;
  std::uint64_t* end = local_;
  if (size > std::size(local_)) {
    large_ = std::make_unique<std::uint64_t[]>(size);
    end = large_.get();
  }
  *end++ = kLongKey | labels.size();
  for (const auto& [name, value] : labels) {
    *end++ = name.size();
    *end++ = value.size();
  }
  for (const auto& [name, value] : labels) end = put_words(put_words(end, name), value);
  return end;
}

}  // namespace vitals::detail
