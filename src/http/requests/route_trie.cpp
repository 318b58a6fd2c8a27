#include "http/requests/route_trie.hpp"

#include <cstring>
#include <utility>

#include "http/requests/route_pattern.hpp"

namespace vitals::detail {
namespace {

static_assert(kMaxSegments < RouteTrie::kMaxVisits);

// The bytes of a word that a segment of this size has.
std::uint64_t word_mask(std::size_t size) noexcept {
  return size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << (8 * size)) - 1;
}

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  __extension__ using Wide = unsigned __int128;
  const auto product = static_cast<Wide>(a ^ b) * 0x9E37'79B9'7F4A'7C15;  // 2^64 / golden ratio
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t hash_of(std::string_view segment, std::uint64_t first) noexcept {
  std::uint64_t hash = mix(first, segment.size());
  if (segment.size() <= 8) return hash;
  for (std::size_t i = 8; i + 8 < segment.size(); i += 8) hash = mix(hash, load_word(segment.data() + i));
  return mix(hash, load_word(segment.data() + segment.size() - 8));
}

// Whether what is behind the first eight bytes is the same. REQUIRES: both have n bytes, more than eight.
bool ends_alike(const char* a, const char* b, std::size_t n) noexcept {
  return load_word(a + n - 8) == load_word(b + n - 8) && (n <= 16 || std::memcmp(a + 8, b + 8, n - 16) == 0);
}

// Goes behind the segment, or the chain of them, if the path goes on with it. `word` is that of the path.
template <class Text>
bool takes(PathSegments& path, std::uint64_t word, const Text& fixed, const std::string& text) noexcept {
  if (((word ^ fixed.first) & fixed.mask) != 0) return false;
  const std::size_t n = text.size();
  if (n > 8 && (n > path.bytes_left() || !ends_alike(path.position(), text.data(), n))) return false;
  return path.skip(n);
}

}  // namespace

RouteTrie::Node::Node(const Node* above, std::string_view text)
    : first{first_word(text)}, mask{word_mask(text.size())}, segment{text}, parent{above} {}

RouteTrie::Chain::Chain(std::string fixed, const Node& at_end)
    : text{std::move(fixed)}, first{first_word(text)}, mask{word_mask(text.size())}, end{at_end} {}

// Goes straight down, which is how nearly all searches end. One that fails and could have gone another way begins anew.
Route* RouteTrie::match(std::string_view target) const noexcept {
  PathSegments path{target};
  if (!path.has_path()) return nullptr;
  const Node* node = &root_;
  while (!path.is_at_end()) {
    const std::uint64_t word = path.word();
    const Chain* const chain = node->chain.load(std::memory_order_acquire);
    if (chain != nullptr && takes(path, word, *chain, chain->text)) {
      node = &chain->end;
      continue;
    }
    const Node* next = take_fixed(*node, path, word);
    if (next == nullptr) {
      const std::size_t size = path.segment_size();
      if (size == 0) return search(target);  // "//", or "/?": for take() to judge
      next = node->hole.load(std::memory_order_acquire);
      if (next == nullptr) break;
      path.skip(size);
    }
    node = next;
  }
  if (path.is_at_end() && !path.is_cut_off()) {
    if (Route* const route = node->route.load(std::memory_order_acquire)) return route;
  }
  Route* const rest = node->rest.load(std::memory_order_acquire);
  return rest != nullptr || !could_turn_above(*node) ? rest : search(target);
}

// Whether there is a hole or a rest beside the way down to the node.
bool RouteTrie::could_turn_above(const Node& node) noexcept {
  for (const Node *child = &node, *parent = node.parent; parent != nullptr; child = parent, parent = parent->parent) {
    const Node* const hole = parent->hole.load(std::memory_order_acquire);
    if ((hole != nullptr && hole != child) || parent->rest.load(std::memory_order_acquire) != nullptr) return true;
  }
  return false;
}

inline const RouteTrie::Node* RouteTrie::take_fixed(const Node& node, PathSegments& path, std::uint64_t word) noexcept {
  if (const Table* many = node.many.load(std::memory_order_acquire)) {
    const std::size_t size = path.segment_size();
    const Node* const child = find_in(*many, {path.position(), size}, word & word_mask(size));
    if (child != nullptr) path.skip(size);
    return child;
  }
  const Node* child = node.few.load(std::memory_order_acquire);
  while (child != nullptr && !takes(path, word, *child, child->segment)) child = child->next;
  return child;
}

Route* RouteTrie::search(std::string_view target) const noexcept {
  int visits = kMaxVisits;
  return search(root_, PathSegments{target}, visits);
}

// Fixed before hole before rest; comes back here only if what it tried deeper down fails.
Route* RouteTrie::search(const Node& node, PathSegments path, int& visits) noexcept {
  if (visits-- <= 0) return nullptr;
  Route* const rest = node.rest.load(std::memory_order_acquire);
  const std::string_view segment = path.take();
  if (segment.empty()) {
    Route* const route = path.is_cut_off() ? nullptr : node.route.load(std::memory_order_acquire);
    return route != nullptr ? route : rest;
  }
  if (const Node* child = fixed_child(node, segment)) {
    if (Route* found = search(*child, path, visits)) return found;
  }
  if (const Node* child = node.hole.load(std::memory_order_acquire)) {
    if (Route* found = search(*child, path, visits)) return found;
  }
  return rest;
}

Route* RouteTrie::find(std::string_view pattern) const noexcept {
  const Node* node = &root_;
  while (node != nullptr) {
    const auto segment = next_pattern_segment(pattern);
    if (segment.empty()) return node->route.load(std::memory_order_acquire);
    const auto kind = segment_kind(segment);
    if (kind == SegmentKind::Rest) return node->rest.load(std::memory_order_acquire);
    node = kind == SegmentKind::Hole ? node->hole.load(std::memory_order_acquire) : fixed_child(*node, segment);
  }
  return nullptr;
}

RouteTrie::Node* RouteTrie::fixed_child(const Node& node, std::string_view segment) noexcept {
  if (const Table* many = node.many.load(std::memory_order_acquire))
    return find_in(*many, segment, first_word(segment));
  Node* child = node.few.load(std::memory_order_acquire);
  while (child != nullptr && child->segment != segment) child = child->next;
  return child;
}

inline RouteTrie::Node* RouteTrie::find_in(const Table& table, std::string_view segment, std::uint64_t first) noexcept {
  for (std::size_t i = hash_of(segment, first) & table.mask;; i = (i + 1) & table.mask) {
    Node* const node = table.slots[i].load(std::memory_order_acquire);
    if (node == nullptr) return nullptr;
    const std::size_t n = segment.size();
    if (node->first == first && node->segment.size() == n &&
        (n <= 8 || ends_alike(node->segment.data(), segment.data(), n)))
      return node;
  }
}

void RouteTrie::add(std::string_view pattern, Route& route) {
  Node* node = &root_;
  for (std::string_view rest = pattern;;) {
    const auto segment = next_pattern_segment(rest);
    const bool is_end = segment.empty();
    const auto kind = is_end ? SegmentKind::Rest : segment_kind(segment);
    if (kind == SegmentKind::Rest) {
      (is_end ? node->route : node->rest).store(&route, std::memory_order_release);
      break;
    }
    const bool is_hole = kind == SegmentKind::Hole;
    Node* const known = is_hole ? node->hole.load(std::memory_order_relaxed) : fixed_child(*node, segment);
    if (known != nullptr) {
      node = known;
    } else {
      node = is_hole ? &make_hole(*node) : &make_fixed_child(*node, segment);
    }
  }
  link_along(pattern);
}

// Of the fixed ones.
RouteTrie::Node* RouteTrie::only_child(const Node& node) noexcept {
  Node* const child = node.few.load(std::memory_order_relaxed);
  return child != nullptr && child->next == nullptr ? child : nullptr;
}

// A chain begins where searches come from a choice: at the root, in a hole, and at a node that has siblings.
void RouteTrie::link_along(std::string_view pattern) {
  for (Node* node = &root_; node != nullptr;) {
    if (node->parent == nullptr || node->segment.empty() || only_child(*node->parent) == nullptr) link(*node);
    const auto segment = next_pattern_segment(pattern);
    if (segment.empty()) return;
    const auto kind = segment_kind(segment);
    if (kind == SegmentKind::Rest) return;
    node = kind == SegmentKind::Hole ? node->hole.load(std::memory_order_relaxed) : fixed_child(*node, segment);
  }
}

void RouteTrie::link(Node& node) {
  std::string text;
  const Node* end = &node;
  int segments = 0;
  for (const Node* child = only_child(node); child != nullptr; child = only_child(*child)) {
    if (segments++ > 0) text += '/';
    text += child->segment;
    end = child;
  }
  const Chain* const known = node.chain.load(std::memory_order_relaxed);
  if (segments < 2) return node.chain.store(nullptr, std::memory_order_release);
  if (known != nullptr && &known->end == end) return;
  node.chain.store(&chains_.emplace_back(std::move(text), *end), std::memory_order_release);
}

RouteTrie::Node& RouteTrie::make_hole(Node& node) {
  Node& hole = nodes_.emplace_back(&node, "");
  node.hole.store(&hole, std::memory_order_release);
  return hole;
}

RouteTrie::Node& RouteTrie::make_fixed_child(Node& node, std::string_view segment) {
  Node& child = nodes_.emplace_back(&node, segment);
  Node* const newest = node.few.load(std::memory_order_relaxed);
  std::size_t siblings = 0;
  for (const Node* sibling = newest; sibling != nullptr; sibling = sibling->next) ++siblings;
  if (siblings < kFew) {
    child.next = newest;
    node.few.store(&child, std::memory_order_release);
    if (siblings == 1) link(*newest);  // which has a sibling now
  } else {
    Table& table = make_room(node);
    put_in(table, child);
    node.many.store(&table, std::memory_order_release);
  }
  return child;
}

// The table of the node's children, or a larger one with all that is in it.
RouteTrie::Table& RouteTrie::make_room(Node& node) {
  Table* const old = node.many.load(std::memory_order_relaxed);
  if (old != nullptr && 2 * (old->used + 1) <= old->mask + 1) return *old;
  Table& larger = tables_.emplace_back(old == nullptr ? 4 * kFew : 2 * (old->mask + 1));
  if (old == nullptr) {
    for (Node* few = node.few.load(std::memory_order_relaxed); few != nullptr; few = few->next) put_in(larger, *few);
    return larger;
  }
  for (std::size_t i = 0; i <= old->mask; ++i) {
    if (Node* const known = old->slots[i].load(std::memory_order_relaxed)) put_in(larger, *known);
  }
  return larger;
}

void RouteTrie::put_in(Table& table, Node& node) noexcept {
  std::size_t i = hash_of(node.segment, node.first) & table.mask;
  while (table.slots[i].load(std::memory_order_relaxed) != nullptr) i = (i + 1) & table.mask;
  table.slots[i].store(&node, std::memory_order_release);
  ++table.used;
}

}  // namespace vitals::detail
