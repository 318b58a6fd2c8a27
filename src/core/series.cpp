#include "core/series.hpp"

#include <cstring>

namespace vitals::detail {

void Series::fill(const LabelKey& key, std::string_view labels, void* made) noexcept {
  const std::uint32_t odd = version.load(std::memory_order_relaxed) | 1;
  version.store(odd, std::memory_order_relaxed);
  auto* words = const_cast<std::atomic<std::uint64_t>*>(key_begin());
  const std::size_t n = key.words().size();
  for (std::size_t i = 0; i < n; ++i) words[i].store(key.words()[i], std::memory_order_release);
  key_words.store(static_cast<std::uint32_t>(n), std::memory_order_release);
  instrument.store(made, std::memory_order_release);
  std::memcpy(static_cast<void*>(words + n), labels.data(), labels.size());
  text_bytes = static_cast<std::uint32_t>(labels.size());
  version.store(odd + 1, std::memory_order_release);
}

}  // namespace vitals::detail
