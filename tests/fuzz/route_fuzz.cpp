// A table of routes and targets of requests, lines of the input: the trie finds what a comparison with one template
// after the other finds. Tables are so small that no search has to stop before its end; then, in a table where the
// ways are too many to try, each search ends all the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "http/requests/linear_routes.hpp"
#include "http/requests/route.hpp"
#include "http/requests/route_trie.hpp"

namespace {

using namespace vitals::detail;
using vitals::testing::LinearRoutes;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view next_line(std::string_view& input) {
  const auto end = std::min(input.find('\n'), input.size());
  const auto line = input.substr(0, end);
  input.remove_prefix(std::min(end + 1, input.size()));
  return line;
}

struct Table {
  void add(const std::string& pattern) { trie.add(pattern, routes.emplace_back(pattern)); }

  RouteTrie trie;
  std::deque<Route> routes;
};

// A template of the line's segments: one that begins with ':' becomes a hole, '*' is the rest, what means something in
// other templates is left out.
std::string pattern_of(std::string_view line) {
  std::string pattern;
  for (const auto segment : LinearRoutes::split(line)) {
    if (segment == "*") return pattern + "/*";
    if (segment[0] == ':') {
      pattern += "/{x}";
    } else if (segment.find_first_of("{}<>()[]*\\+^$|?#") == std::string_view::npos) {
      (pattern += '/') += segment;
    }
  }
  return pattern.empty() ? "/" : pattern;
}

// By name and by hole at each level, 2^8 ways; `targets` that go on by name end nowhere.
const Table& tangled() {
  static const Table* const table = [] {
    auto* const made = new Table;
    for (unsigned way = 0; way < 256; ++way) {
      std::string pattern;
      for (unsigned level = 0; level < 8; ++level) pattern += ((way >> level) & 1) != 0 ? "/a" : "/{x}";
      made->add(pattern + "/end");
    }
    return made;
  }();
  return *table;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input{reinterpret_cast<const char*>(data), size};
  Table table;
  LinearRoutes reference;
  std::size_t nodes = 1;
  while (!input.empty() && reference.patterns().size() < 24) {
    const auto line = next_line(input);
    if (line.empty()) break;
    const std::string pattern = pattern_of(line);
    nodes += LinearRoutes::split(pattern).size();
    if (nodes > RouteTrie::kMaxVisits) break;
    if (table.trie.find(pattern) != nullptr) continue;
    table.add(pattern);
    reference.add(pattern);
    require(table.trie.find(pattern) == &table.routes.back());
  }
  for (const auto& route : table.routes) require(table.trie.find(route.pattern) == &route);
  do {
    const auto line = next_line(input);
    const std::vector<char> target{line.begin(), line.end()};  // AddressSanitizer sees what is read beyond it
    const Route* const found = table.trie.match({target.data(), target.size()});
    require((found != nullptr ? found->pattern : "") == reference.match(line));
    (void)tangled().trie.match(line);
  } while (!input.empty());
  return 0;
}
