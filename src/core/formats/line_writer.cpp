#include "core/formats/line_writer.hpp"

#include <algorithm>

namespace vitals::detail {

void LineWriter::give_piece() {
  const std::size_t bytes = std::min(out_.size(), held_ - given_);
  if (bytes == 0) return;
  (*sink_)(std::string_view{out_}.substr(0, bytes));
  out_.erase(0, bytes);
  given_ += bytes;
}

}  // namespace vitals::detail
