#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/copy_text.hpp"

namespace vitals::detail {

/// Words of eight bytes that a key of so many bytes takes.
constexpr std::size_t key_words(std::size_t bytes) noexcept { return (bytes + 7) / 8; }

// Label values as one string of bytes: of each its length (u32) and its bytes, then zeros up to a whole word. So
// different values have different keys, and comparing is comparing words.
class LabelKey {
 public:
  explicit LabelKey(std::span<const std::string_view> values) {
    std::size_t bytes = 0;
    for (const auto value : values) bytes += sizeof(std::uint32_t) + value.size();
    bytes_ = bytes;
    char* out = reinterpret_cast<char*>(local_);
    if (bytes > sizeof local_ - 2 * sizeof(std::uint64_t)) [[unlikely]] {
      large_ = std::make_unique<std::uint64_t[]>(key_words(bytes) + 2);
      out = reinterpret_cast<char*>(large_.get());
    }
    words_ = reinterpret_cast<std::uint64_t*>(out);
    for (const auto value : values) {
      const auto size = static_cast<std::uint32_t>(value.size());
      std::memcpy(out, &size, sizeof size);
      out = copy_text(out + sizeof size, value);
    }
    const std::uint64_t zeros = 0;
    std::memcpy(out, &zeros, sizeof zeros);
  }
  LabelKey(const LabelKey&) = delete;
  LabelKey& operator=(const LabelKey&) = delete;

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] const std::uint64_t* words() const noexcept { return words_; }
  [[nodiscard]] std::uint64_t hash(std::uint64_t seed) const noexcept {
    return XXH3_64bits_withSeed(words_, bytes_, seed);
  }

 private:
  std::size_t bytes_;
  std::uint64_t* words_;
  std::unique_ptr<std::uint64_t[]> large_;
  std::uint64_t local_[32];
};

/// The values of a key, one by one.
template <class Visit>
void for_each_value(std::string_view key, Visit visit) {
  while (!key.empty()) {
    std::uint32_t size = 0;
    std::memcpy(&size, key.data(), sizeof size);
    visit(key.substr(sizeof size, size));
    key.remove_prefix(sizeof size + size);
  }
}

}  // namespace vitals::detail
