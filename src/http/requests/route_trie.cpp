#include "http/requests/route_trie.hpp"

#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

// Cuts the next segment off a path; its query and fragment end it. By hand, since this is most of what a match costs.
std::string_view next_path_segment(std::string_view& path) noexcept {
  std::size_t begin = 0;
  while (begin < path.size() && path[begin] == '/') ++begin;
  std::size_t end = begin;
  while (end < path.size() && path[end] != '/' && path[end] != '?' && path[end] != '#') ++end;
  const auto segment = path.substr(begin, end - begin);
  path = end < path.size() && path[end] == '/' ? path.substr(end) : std::string_view{};
  return segment;
}

}  // namespace

Route* RouteTrie::match(std::string_view path) const noexcept {
  int visits = kMaxVisits;
  return match(root_, path, visits);
}

// Fixed before hole before rest; comes back here only if what it tried deeper down fails.
Route* RouteTrie::match(const Node& node, std::string_view path, int& visits) noexcept {
  if (visits-- <= 0) return nullptr;
  Route* const rest = node.rest.load(std::memory_order_acquire);
  const auto segment = next_path_segment(path);
  if (segment.empty()) {
    Route* const route = node.route.load(std::memory_order_acquire);
    return route != nullptr ? route : rest;
  }
  if (const Node* child = fixed_child(node, segment)) {
    if (Route* found = match(*child, path, visits)) return found;
  }
  if (const Node* child = node.hole.load(std::memory_order_acquire)) {
    if (Route* found = match(*child, path, visits)) return found;
  }
  return rest;
}

Route* RouteTrie::find(std::string_view pattern) const noexcept {
  const Node* node = &root_;
  for (;;) {
    const auto segment = next_pattern_segment(pattern);
    if (segment.empty()) return node->route.load(std::memory_order_acquire);
    const auto kind = segment_kind(segment);
    if (kind == SegmentKind::Rest) return node->rest.load(std::memory_order_acquire);
    node = kind == SegmentKind::Hole ? node->hole.load(std::memory_order_acquire) : fixed_child(*node, segment);
    if (node == nullptr) return nullptr;
  }
}

void RouteTrie::add(std::string_view pattern, Route& route) {
  Node* node = &root_;
  for (;;) {
    const auto segment = next_pattern_segment(pattern);
    if (segment.empty()) return node->route.store(&route, std::memory_order_release);
    const auto kind = segment_kind(segment);
    if (kind == SegmentKind::Rest) return node->rest.store(&route, std::memory_order_release);
    const bool hole = kind == SegmentKind::Hole;
    Node* const child = hole ? node->hole.load(std::memory_order_relaxed) : fixed_child(*node, segment);
    node = child != nullptr ? child : &make_child(*node, segment, hole);
  }
}

RouteTrie::Node& RouteTrie::make_child(Node& node, std::string_view segment, bool hole) {
  Node& child = nodes_.emplace_back();
  if (hole) {
    node.hole.store(&child, std::memory_order_release);
  } else {
    child.segment = segment;
    auto& head = node.fixed[bucket(segment)];
    child.next_fixed = head.load(std::memory_order_relaxed);
    head.store(&child, std::memory_order_release);
  }
  return child;
}

// Three characters tell the names of a service's routes apart well enough; a client can't add names.
std::size_t RouteTrie::bucket(std::string_view segment) noexcept {
  const auto at = [segment](std::size_t i) { return std::size_t{static_cast<unsigned char>(segment[i])}; };
  return (segment.size() + 3 * at(0) + 5 * at(segment.size() / 2) + 7 * at(segment.size() - 1)) % 16;
}

RouteTrie::Node* RouteTrie::fixed_child(const Node& node, std::string_view segment) noexcept {
  for (Node* child = node.fixed[bucket(segment)].load(std::memory_order_acquire); child != nullptr;
       child = child->next_fixed) {
    if (child->segment == segment) return child;
  }
  return nullptr;
}

}  // namespace vitals::detail
