#include "tool/input/gzip.hpp"

#include <memory>
#include <new>

#include <libdeflate.h>

namespace vitals::tool {

std::string gzip(std::string_view text) {
  constexpr int kFastest = 1;
  const auto free_compressor = [](libdeflate_compressor* c) { libdeflate_free_compressor(c); };
  const std::unique_ptr<libdeflate_compressor, decltype(free_compressor)> compressor(
      libdeflate_alloc_compressor(kFastest), free_compressor);
  if (!compressor) throw std::bad_alloc();
  std::string stream(libdeflate_gzip_compress_bound(compressor.get(), text.size()), '\0');
  stream.resize(libdeflate_gzip_compress(compressor.get(), text.data(), text.size(), stream.data(), stream.size()));
  stream.shrink_to_fit();
  return stream;
}

}  // namespace vitals::tool
