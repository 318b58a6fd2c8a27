#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace vitals::detail {

/// Fewer than eight bytes as a word, the rest zeros. Without a branch on the length, which can't be foreseen, and
/// without a byte read that is not the text's: the first, the middle and the last byte, and if there are four, the
/// first and the last four. Those that are read twice are the same ones at the same place. REQUIRES: n is 1 to 7.
inline std::uint64_t short_word(const char* from, std::size_t n) noexcept {
  static constexpr char kZeros[4] = {};
  const auto byte = [from](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(from[i])}; };
  // From the text or from zeros. Opaque to the compiler, which would make branches of it.
  const char* first_four = kZeros;
  const char* last_four = kZeros;
#if defined(__x86_64__)
  asm("{testb $4, %b[n]|test %b[n], 4}\n\t"
      "{cmovnz %[from], %[first]|cmovnz %[first], %[from]}\n\t"
      "{cmovnz %[end], %[last]|cmovnz %[last], %[end]}"
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

/// Label values as words: their lengths, then the bytes of each, filled up to a whole word. Different values have
/// different keys, and comparing is comparing words. All lengths are bytes of the first word if they fit (a short key),
/// else each has a word of its own, the first one marked.
using KeyWords = std::span<const std::uint64_t>;

inline constexpr std::size_t kShortValues = 7;  // so that the mark is never a length
inline constexpr std::size_t kShortLength = 255;
inline constexpr std::uint64_t kLongKey = std::uint64_t{1} << 63;

/// Writes the short key of these texts at `out`, which has room for it; returns its end, or nullptr if there is none.
/// Texts by value, in registers: what is written can't be taken for one of their lengths.
template <class... Texts>
[[nodiscard]] inline std::uint64_t* put_short_key(std::uint64_t* out, Texts... texts) noexcept {
  static_assert(sizeof...(texts) <= kShortValues);
  if ((texts.size() | ...) > kShortLength) [[unlikely]]
    return nullptr;
  unsigned shift = 0;
  *out = 0;
  ((*out |= std::uint64_t{texts.size()} << shift, shift += 8), ...);
  ++out;
  ((out = put_words(out, texts)), ...);
  return out;
}

/// The hash of a key. Each pair of words is multiplied and the product's halves joined, with the seed, a secret, in the
/// factors: what the fast hashes of our day have inside. No product waits for another. A whole such hash (XXH3) takes
/// longer for keys that are this short (decision 3). REQUIRES: not empty.
[[nodiscard]] inline std::uint64_t hash_key(KeyWords words, std::uint64_t seed) noexcept {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
#if defined(__x86_64__)  // by hand, since GCC takes the halves of a product through memory in loops
    asm("{mulq %[b]|mul %[b]}" : "+a"(a), [b] "+d"(b) : : "cc");
    return a ^ b;
#else
    __extension__ using Wide = unsigned __int128;
    const auto product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
#endif
  };
  const std::uint64_t second = seed * kOdd;
  std::uint64_t first = seed;  // another one for each pair, so that their order counts
  std::uint64_t h = words.size();
  const std::uint64_t* at = words.data();
  const std::uint64_t* const last = at + words.size() - 1;
  for (; at < last; at += 2, first += kOdd) {
    h += mix(at[0] ^ first, at[1] ^ second);
    asm("" : "+r"(at));  // else what follows the loop is computed from the number of words once more
  }
  if (at == last) h += mix(at[0] ^ first, second);
  return mix(h ^ second, kOdd);
}

/// Whether it is known, from its words alone, that all values are ASCII: so for short keys.
[[nodiscard]] inline bool is_ascii(KeyWords key) noexcept {
  if ((key[0] & kLongKey) != 0) return false;
  std::uint64_t all = 0;
  for (std::uint64_t word : key.subspan(1)) {
    asm(""
        : "+r"(word));  // a word at a time, as they were written just now: a vector of them would wait for the stores
    all |= word;
  }
  return (all & 0x8080'8080'8080'8080) == 0;
}

/// The key of any values. Allocates if they are longer than some 2 kB.
class LabelKey {
 public:
  explicit LabelKey(std::span<const std::string_view> values);
  LabelKey(const LabelKey&) = delete;
  LabelKey& operator=(const LabelKey&) = delete;

  [[nodiscard]] KeyWords words() const noexcept { return words_; }
  [[nodiscard]] bool is_short() const noexcept { return is_short_; }

  /// Calls visit for each of the n values of a key.
  template <class Visit>
  static void for_each_value(KeyWords words, std::size_t n, Visit visit) {
    const bool is_long = n > kShortValues || (words[0] & kLongKey) != 0;
    const std::uint64_t* text = words.data() + (is_long ? n : 1);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t size = is_long ? words[i] & ~kLongKey : words[0] >> (8 * i) & 0xFF;
      visit(std::string_view{reinterpret_cast<const char*>(text), size});
      text += (size + 7) / 8;
    }
  }

 private:
  std::uint64_t local_[256];  // not filled: the stack is there anyway
  std::unique_ptr<std::uint64_t[]> large_;
  KeyWords words_;
  bool is_short_;
};

}  // namespace vitals::detail
