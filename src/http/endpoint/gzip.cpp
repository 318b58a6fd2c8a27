#include "http/endpoint/gzip.hpp"

#include <memory>

#include <libdeflate.h>

namespace vitals::detail {

std::optional<std::string> gzip(std::string_view text) {
  constexpr int kFastest = 1;
  const auto free_compressor = [](libdeflate_compressor* c) { libdeflate_free_compressor(c); };
  const std::unique_ptr<libdeflate_compressor, decltype(free_compressor)> compressor(
      libdeflate_alloc_compressor(kFastest), free_compressor);
  if (!compressor) return std::nullopt;

  std::string out(text.size(), '\0');
  const std::size_t n = libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), out.data(), out.size());
  if (n == 0) return std::nullopt;
  out.resize(n);
  out.shrink_to_fit();
  return out;
}

}  // namespace vitals::detail
