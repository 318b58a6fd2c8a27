#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace vitals::detail {

// Fewer than eight bytes as a word, the rest zeros. Without a branch on the length, which can't be foreseen, and
// without a byte read that is not the text's: the first, the middle and the last byte, and if there are four, the first
// and the last four. Those that are read twice are the same ones at the same place. REQUIRES: n is 1 to 7.
inline std::uint64_t short_word(const char* from, std::size_t n) noexcept {
  static constexpr char kZeros[4] = {};
  const auto byte = [from](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(from[i])}; };
  // From the text or from zeros. Opaque to the compiler, which would make branches of it.
  const char* first_four = kZeros;
  const char* last_four = kZeros;
#if defined(__x86_64__)
  asm("testb $4, %b[n]\n\tcmovnz %[from], %[first]\n\tcmovnz %[end], %[last]"
      : [first] "+r"(first_four), [last] "+r"(last_four)
      : [n] "q"(n), [from] "r"(from), [end] "r"(from + n - 4)
      : "cc");
#else
  if ((n & 4) != 0) first_four = from, last_four = from + n - 4;
#endif
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  std::memcpy(&first, first_four, 4);
  std::memcpy(&last, last_four, 4);
  return byte(0) | byte(n / 2) << (8 * (n / 2)) | byte(n - 1) << (8 * (n - 1)) | first |
         std::uint64_t{last} << (8 * ((n - 4) & 7));
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
  *out++ = short_word(from, n);
  return out;
}

// Label values as words: their lengths, then the bytes of each, filled up to a whole word. Different values have
// different keys, and comparing is comparing words. All lengths are bytes of the first word if they fit, else each has
// a word of its own, the first one marked.
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
  /// Two words at a time are multiplied and the product's halves joined, with the seed, a secret, in the factors: what
  /// the fast hashes of our day have inside. A whole one (XXH3) takes longer for keys that are this short (decision 3).
  static std::uint64_t hash(std::span<const std::uint64_t> words, std::uint64_t seed) noexcept {
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
    const auto mix = [](std::uint64_t a, std::uint64_t b) {
      __extension__ using Wide = unsigned __int128;
      const auto product = static_cast<Wide>(a) * b;
      return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const std::uint64_t second = seed * kOdd;
    std::uint64_t h = seed ^ words.size();
    std::size_t i = 0;
    for (; i + 2 <= words.size(); i += 2) h = mix(words[i] ^ second, words[i + 1] ^ h);
    if (i < words.size()) h = mix(words[i] ^ second, h);
    return mix(h ^ second, kOdd);
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
