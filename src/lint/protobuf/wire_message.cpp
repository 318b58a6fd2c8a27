#include "lint/protobuf/wire_message.hpp"

#include <array>

#include "core/formats/private_protozero.hpp"

namespace vitals::detail {

unsigned skip_group(protozero::pbf_reader& reader) {
  constexpr unsigned kStart = 3;
  constexpr unsigned kEnd = 4;
  constexpr std::size_t kDeepest = 100;  // as in protobuf's own readers
  std::array<unsigned, kDeepest> open{};
  std::size_t depth = 0;
  do {
    const auto rest = reader.data();
    const unsigned type = rest.empty() ? 0 : static_cast<unsigned char>(*rest.data()) & 7U;
    if (depth == 0 && type != kStart) return 0;
    if (type == kStart || type == kEnd) {
      const char* next = rest.data();
      const char* const end = next + rest.size();
      const auto number = static_cast<unsigned>(protozero::decode_varint(&next, end)) >> 3;
      if (number == 0 || (type == kStart ? depth == kDeepest : number != open[depth - 1]))
        throw protozero::invalid_tag_exception{};
      type == kStart ? void(open[depth++] = number) : void(--depth);
      reader = protozero::pbf_reader{next, static_cast<std::size_t>(end - next)};
    } else {
      if (!reader.next()) throw protozero::end_of_buffer_exception{};
      reader.skip();
    }
  } while (depth > 0);
  return open.front();
}

}  // namespace vitals::detail
