#include "http/endpoint/gzip.hpp"

#include <cstdint>
#include <memory>

#include <isa-l/igzip_lib.h>

namespace vitals::detail {

std::optional<std::string> gzip(std::string_view text) {
  std::string out;
  BodyEncoder encoder{Encoding::Gzip};
  encoder.add(text, out);
  encoder.finish(out);
  if (out.size() >= text.size()) return std::nullopt;
  out.shrink_to_fit();
  return out;
}

std::string gunzip(std::string_view gzip, std::size_t size) {
  std::string out(size, '\0');
  const auto state = std::make_unique<inflate_state>();
  isal_inflate_init(state.get());
  state->crc_flag = ISAL_GZIP;
  // It is only read.
  state->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(gzip.data()));
  state->avail_in = static_cast<std::uint32_t>(gzip.size());
  state->next_out = reinterpret_cast<std::uint8_t*>(out.data());
  state->avail_out = static_cast<std::uint32_t>(out.size());
  isal_inflate(state.get());
  return out;
}

}  // namespace vitals::detail
