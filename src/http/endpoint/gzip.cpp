#include "http/endpoint/gzip.hpp"

#include <memory>
#include <new>

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

std::string gunzip(std::string_view gzip, std::size_t size) {
  const auto free_decompressor = [](libdeflate_decompressor* d) { libdeflate_free_decompressor(d); };
  const std::unique_ptr<libdeflate_decompressor, decltype(free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), free_decompressor);
  if (!decompressor) throw std::bad_alloc{};
  std::string out(size, '\0');
  libdeflate_gzip_decompress(decompressor.get(), gzip.data(), gzip.size(), out.data(), out.size(), nullptr);
  return out;
}

}  // namespace vitals::detail
