// Any bytes as a traceparent: what a regular expression of the specification takes is taken, and nothing else.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>

#include "http/requests/traceparent.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_zeros(std::string_view digits) { return digits.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::regex kForm{"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])"};
  const std::string text{reinterpret_cast<const char*>(data), size};
  const std::string head = text.substr(0, 55);
  std::smatch parts;
  const bool is_formed = std::regex_match(head, parts, kForm);
  const bool ends = size == 55 || (size > 55 && text[55] == '-' && parts[1] != "00");
  const bool is_valid = is_formed && ends && parts[1] != "ff" && !is_zeros(parts[2].str()) && !is_zeros(parts[3].str());

  const auto read = vitals::detail::parse_traceparent(text);
  require(read.has_value() == is_valid);
  if (!read) return 0;
  require(read->trace_id == parts[2].str() && read->span_id == parts[3].str());
  require(read->sampled == (std::string_view{"13579bdf"}.find(parts[4].str()) != std::string_view::npos));
  return 0;
}
