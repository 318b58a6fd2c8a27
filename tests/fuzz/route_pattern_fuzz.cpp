// Any bytes as a route: it is refused with std::invalid_argument, which names it, or it is a template whose label is
// valid, stays the same when it is read again, and matches a path that is made from it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "http/requests/route.hpp"
#include "http/requests/route_pattern.hpp"
#include "http/requests/route_trie.hpp"

namespace {

using namespace vitals::detail;

void require(bool holds) {
  if (!holds) std::abort();
}

// A path that the canonical template matches: any segment in place of a hole, some in place of the rest.
std::string path_of(std::string_view pattern) {
  std::string path;
  while (!pattern.empty()) {
    const auto segment = next_pattern_segment(pattern);
    const auto kind = segment_kind(segment);
    path += '/';
    path += kind == SegmentKind::Fixed ? segment : kind == SegmentKind::Hole ? "some%2Fthing" : "the/rest";
  }
  return path;
}

void require_canonical(std::string_view pattern) {
  const std::string canonical = canonical_pattern(pattern);
  require(canonical.starts_with('/') && canonical_pattern(canonical) == canonical);

  RouteTrie trie;
  Route route{canonical};
  trie.add(canonical, route);
  require(trie.find(canonical) == &route && trie.find(pattern) == &route);
}

void require_route(std::string_view text) {
  const RouteSpec spec = parse_route({"HttpMetrics", text});
  require(!spec.methods.empty() && label_fault(spec.pattern).empty());
  const std::string canonical = canonical_pattern(spec.pattern);
  require(canonical.size() > 256 || label_fault(canonical).empty());

  RouteTrie trie;
  Route route{canonical};
  trie.add(spec.pattern, route);
  require(trie.find(canonical) == &route);
  require(trie.match(path_of(canonical)) == &route && trie.match(path_of(canonical) + "/?q") == &route);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  try {
    require_route(text);
  } catch (const std::invalid_argument& error) {
    require(std::string_view{error.what()}.find(std::string_view{std::string{text}.c_str()}) != std::string_view::npos);
  }
  require_canonical(text);
  return 0;
}
