#include "http/history/row_ring.hpp"

#include <algorithm>
#include <iterator>

#include "core/formats/private_protozero.hpp"

namespace vitals::detail {

void RowRing::push(std::span<const std::uint64_t> row) {
  std::size_t size = 0;
  if (!std::ranges::all_of(row, [](std::uint64_t number) { return number == 0; })) {
    for (const std::uint64_t number : row) size += static_cast<std::size_t>(protozero::length_of_varint(number));
  }
  const auto added = size + static_cast<std::size_t>(protozero::length_of_varint(size));
  if (size_ == most_) {
    bytes_.erase(bytes_.begin(), bytes_.begin() + (behind(bytes_.data()) - bytes_.data()));
    --size_;
  }
  // No more than it takes: there are many rings, and each is pushed to every few seconds at most.
  if (bytes_.capacity() < bytes_.size() + added) bytes_.reserve(bytes_.size() + std::max<std::size_t>(added, 32));
  protozero::write_varint(std::back_inserter(bytes_), size);
  if (size > 0) {
    for (const std::uint64_t number : row) protozero::write_varint(std::back_inserter(bytes_), number);
  }
  ++size_;
}

const char* RowRing::behind(const char* row) const {
  const auto size = protozero::decode_varint(&row, bytes_.data() + bytes_.size());
  return row + size;
}

const char* RowRing::read(const char* row, std::span<std::uint64_t> numbers) const {
  const char* const end = bytes_.data() + bytes_.size();
  const auto size = protozero::decode_varint(&row, end);
  for (std::uint64_t& number : numbers) number = size == 0 ? 0 : protozero::decode_varint(&row, end);
  return row;
}

}  // namespace vitals::detail
