#include "core/series/label_key.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace vitals::detail {

namespace {

bool are_short(std::span<const std::string_view> values) noexcept {
  return values.size() <= kShortValues &&
         std::ranges::all_of(values, [](std::string_view value) { return value.size() <= kShortLength; });
}

}  // namespace

LabelKey::LabelKey(std::span<const std::string_view> values) : is_short_{are_short(values)} {
  std::size_t size = values.size() + 1;
  for (const auto value : values) size += (value.size() + 7) / 8;
  std::uint64_t* begin = local_;
  if (size > std::size(local_)) {
    large_ = std::make_unique<std::uint64_t[]>(size);
    begin = large_.get();
  }
  std::uint64_t* end = begin;
  if (is_short_) {
    *end = 0;
    for (std::size_t i = 0; i < values.size(); ++i) *end |= std::uint64_t{values[i].size()} << (8 * i);
    ++end;
  } else {
    std::uint64_t mark = kLongKey;  // on the first
    for (const auto value : values) *end++ = value.size() | std::exchange(mark, 0);
  }
  for (const auto value : values) end = put_words(end, value);
  words_ = {begin, end};
}

}  // namespace vitals::detail
