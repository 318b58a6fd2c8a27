#include "tool/input/gunzip.hpp"

#include <algorithm>
#include <memory>
#include <new>
#include <stdexcept>

#include <libdeflate.h>

namespace vitals::tool {

std::string gunzip(std::string_view stream, std::size_t limit) {
  const auto free_decompressor = [](libdeflate_decompressor* d) { libdeflate_free_decompressor(d); };
  const std::unique_ptr<libdeflate_decompressor, decltype(free_decompressor)> decompressor(
      libdeflate_alloc_decompressor(), free_decompressor);
  if (!decompressor) throw std::bad_alloc();
  constexpr std::size_t kUsualRatio = 8;
  std::string text(std::min(limit, stream.size() * kUsualRatio), '\0');
  std::size_t size = 0;
  do {
    std::size_t in = 0;
    std::size_t out = 0;
    switch (libdeflate_gzip_decompress_ex(decompressor.get(), stream.data(), stream.size(), text.data() + size,
                                          text.size() - size, &in, &out)) {
      case LIBDEFLATE_SUCCESS:
        stream.remove_prefix(in);
        size += out;
        break;
      case LIBDEFLATE_INSUFFICIENT_SPACE:
        // The member is read again. The room doubles each time, so all that is read again is at most as long as the
        // text.
        if (text.size() >= limit) throw std::length_error("the text is too long");
        text.resize(text.size() < limit / 2 ? 2 * text.size() : limit);
        break;
      default:
        throw std::invalid_argument("the gzip stream is cut off, damaged or followed by something else");
    }
  } while (!stream.empty());
  text.resize(size);
  return text;
}

}  // namespace vitals::tool
