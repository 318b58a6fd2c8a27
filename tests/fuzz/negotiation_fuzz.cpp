// Any bytes as the headers Accept and, behind a line end, Accept-Encoding: there is an answer to everything, and none
// that the client has not named.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <vitals/exposition.hpp>

#include "http/endpoint/body_encoder.hpp"
#include "http/endpoint/content_negotiation.hpp"

namespace {

using namespace vitals;
using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

bool names(std::string_view header, std::string_view what) {
  const auto equal = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  return std::search(header.begin(), header.end(), what.begin(), what.end(), equal) != header.end();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto line = std::min(input.find('\n'), size);
  const auto accept = input.substr(0, line);
  const auto encodings = input.substr(std::min(line + 1, size));

  const Exposition chosen = choose_exposition(accept);
  require(body_index(chosen) < kBodies);
  require(chosen.format != Format::OpenMetrics || names(accept, "application/openmetrics-text"));
  require(chosen.format != Format::Protobuf ||
          (names(accept, "application/vnd.google.protobuf") && names(accept, "delimited")));
  require(!chosen.version_1 || names(accept, "1.0.0"));
  require(chosen.escaping == Escaping::Underscores || names(accept, "escaping"));
  require(content_type(chosen).find_first_of("\r\n") == std::string_view::npos);

  const Encoding encoding = choose_encoding(encodings);
  require(encoding != Encoding::Gzip || names(encodings, "gzip") || names(encodings, "*"));
  require(encoding != Encoding::Zstd || names(encodings, "zstd"));
  return 0;
}
