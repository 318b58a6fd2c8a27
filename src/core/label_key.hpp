#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace vitals::detail {

// p if the bit is set, else zeros to read from. Without a branch: whether it is set can't be foreseen.
inline const char* if_set(std::size_t bit, const char* p) noexcept {
  static constexpr char kZeros[4] = {};
  const auto zeros = reinterpret_cast<std::uintptr_t>(kZeros);
  const auto mask = std::uintptr_t{0} - static_cast<std::uintptr_t>(bit != 0);
  return reinterpret_cast<const char*>(zeros ^ ((zeros ^ reinterpret_cast<std::uintptr_t>(p)) & mask));
}

/// The bytes of a text as words of eight, the last one filled up with zeros: without calls, without a branch on the
/// length of texts that are shorter, and without reading a byte that is not the text's. Returns the end.
inline std::uint64_t* put_words(std::uint64_t* out, std::string_view text) noexcept {
  const char* from = text.data();
  const std::size_t n = text.size();
  if (n >= 8) {
    const char* const end = from + n;
    for (std::size_t left = n; left >= 8; left -= 8, from += 8) {
      std::memcpy(out++, from, 8);
      asm("" : "+r"(from));  // a word at a time: vectors, with their preparations, are slower for these few
    }
    if (from == end) return out;
    std::uint64_t last = 0;
    std::memcpy(&last, end - 8, 8);
    *out++ = last >> (64 - 8 * (end - from));
    return out;
  }
  if (n == 0) return out;
  std::uint32_t four = 0;
  std::uint16_t two = 0;
  std::memcpy(&four, if_set(n & 4, from), 4);
  std::memcpy(&two, if_set(n & 2, from + (n & 4)), 2);
  const auto one = static_cast<unsigned char>(*if_set(n & 1, from + (n & 6)));
  *out++ = four | std::uint64_t{two} << (8 * (n & 4)) | std::uint64_t{one} << (8 * (n & 6));
  return out;
}

// Label values as words: their lengths, then the bytes of each, filled up to a whole word. Different values have
// different keys, and comparing is comparing words. All lengths are bytes of the first word if they fit, else each has a
// word of its own, the first one marked.
class LabelKey {
 public:
  explicit LabelKey(std::span<const std::string_view> values) {
    if (!fill_short(values)) [[unlikely]]
      fill_long(values);
  }
  LabelKey(const LabelKey&) = delete;
  LabelKey& operator=(const LabelKey&) = delete;

  [[nodiscard]] std::span<const std::uint64_t> words() const noexcept { return {words_, size_}; }
  [[nodiscard]] std::uint64_t hash(std::uint64_t seed) const noexcept { return hash(words(), seed); }
  static std::uint64_t hash(std::span<const std::uint64_t> words, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(words.data(), words.size_bytes(), seed);
  }

  /// Calls visit for each of the n values of a key.
  template <class Visit>
  static void for_each_value(std::span<const std::uint64_t> words, std::size_t n, Visit visit) {
    const bool is_long = n > kShortValues || (words[0] & kLong) != 0;
    const std::uint64_t* text = words.data() + (is_long ? n : 1);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t size = is_long ? words[i] & ~kLong : words[0] >> (8 * i) & 0xFF;
      visit(std::string_view{reinterpret_cast<const char*>(text), size});
      text += (size + 7) / 8;
    }
  }

 private:
  static constexpr std::size_t kShortValues = 7;  // so that the mark is never a length
  static constexpr std::size_t kShortLength = 255;
  static constexpr std::uint64_t kLong = std::uint64_t{1} << 63;

  [[nodiscard]] bool fill_short(std::span<const std::string_view> values) noexcept {
    if (values.size() > kShortValues) return false;
    std::uint64_t lengths = 0;
    std::uint64_t* out = local_ + 1;
    int shift = 0;
    for (const auto value : values) {
      if (value.size() > kShortLength) return false;
      lengths |= std::uint64_t{value.size()} << shift;
      shift += 8;
      out = put_words(out, value);
    }
    local_[0] = lengths;
    words_ = local_;
    size_ = static_cast<std::size_t>(out - local_);
    return true;
  }

  void fill_long(std::span<const std::string_view> values) {
    std::size_t size = values.size();
    for (const auto value : values) size += (value.size() + 7) / 8;
    large_ = std::make_unique<std::uint64_t[]>(size);
    std::uint64_t* out = large_.get();
    for (const auto value : values) *out++ = value.size();
    large_[0] |= kLong;
    for (const auto value : values) out = put_words(out, value);
    words_ = large_.get();
    size_ = size;
  }

  const std::uint64_t* words_;
  std::size_t size_;
  std::unique_ptr<std::uint64_t[]> large_;
  std::uint64_t local_[1 + kShortValues * (kShortLength + 7) / 8];  // not filled: the stack is there anyway
};

}  // namespace vitals::detail
