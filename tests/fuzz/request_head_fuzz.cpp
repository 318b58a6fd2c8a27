// Any bytes as what a connection receives, in pieces: request after request is found, parsed or refused, as a
// Connection does it. How the bytes are cut into pieces changes nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "http/endpoint/head_scanner.hpp"
#include "http/endpoint/request_head.hpp"

namespace {

using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_refusal(int status) {
  constexpr int kThese[] = {400, 405, 413, 414, 431, 505};
  return std::ranges::find(kThese, status) != std::end(kThese);
}

void check(const RequestHead& head) {
  require(!head.target.empty() && head.target.size() <= kMaxTarget);
  for (const auto* text : {&head.target, &head.host, &head.authorization, &head.accept, &head.accept_encoding})
    require(text->find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos);
  require(head.host.find_first_of(" \t/@\"<>\\") == std::string::npos);
  require(head.scrape_timeout.count() >= 0 && head.scrape_timeout.count() <= 120'000);
}

// What became of each request: its status, and how many bytes its head had.
std::vector<int> serve(std::string_view sent, std::size_t piece) {
  std::vector<int> outcomes;
  std::string buffer;
  HeadScanner scanner;
  while (true) {
    const auto [status, bytes] = scanner.scan(buffer);
    require(status == 0 || (is_refusal(status) && bytes == 0));
    require(bytes <= buffer.size());
    if (status != 0) {
      outcomes.push_back(status);
      return outcomes;
    }
    if (bytes == 0) {
      if (sent.empty()) return outcomes;
      require(buffer.size() < kMaxHeadBytes);  // there is room for more
      const auto n = std::min({piece, sent.size(), kMaxHeadBytes - buffer.size()});
      buffer += sent.substr(0, n);
      sent.remove_prefix(n);
      continue;
    }
    RequestHead head;
    const int parsed = parse_request_head(std::string_view{buffer}.substr(0, bytes), head);
    require(parsed == 200 || is_refusal(parsed));
    if (parsed == 200) check(head);
    outcomes.push_back(parsed);
    outcomes.push_back(static_cast<int>(bytes));
    if (parsed != 200) return outcomes;
    buffer.erase(0, bytes);
    scanner.restart();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view sent{reinterpret_cast<const char*>(data), size};
  const auto whole = serve(sent, kMaxHeadBytes);
  // A byte at a time costs more than it finds where there is much.
  if (size <= 2'048) require(serve(sent, 1) == whole);
  require(serve(sent, 7) == whole);
  return 0;
}
