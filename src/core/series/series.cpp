#include "core/series/series.hpp"

#include <algorithm>
#include <cstring>

namespace vitals::detail {

void Series::fill(KeyWords key, std::string_view labels, void* made) noexcept {
  const std::uint32_t odd = version.load(std::memory_order_relaxed) | 1;
  version.store(odd, std::memory_order_relaxed);
  auto* words = const_cast<std::atomic<std::uint64_t>*>(key_begin());
  const std::size_t n = key.size();
  for (std::size_t i = 0; i < n; ++i) words[i].store(key[i], std::memory_order_release);
  key_words.store(static_cast<std::uint32_t>(n), std::memory_order_release);
  instrument.store(made, std::memory_order_release);
  // The text lies where a longer key may have been, which a look-up may still be reading: word by word, too.
  for (std::size_t i = 0; 8 * i < labels.size(); ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, labels.data() + 8 * i, std::min<std::size_t>(8, labels.size() - 8 * i));
    words[n + i].store(word, std::memory_order_release);
  }
  text_bytes = static_cast<std::uint32_t>(labels.size());
  version.store(odd + 1, std::memory_order_release);
}

}  // namespace vitals::detail
