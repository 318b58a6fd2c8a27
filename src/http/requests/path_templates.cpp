#include "http/requests/path_templates.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/series/label_key.hpp"

namespace vitals::detail {
namespace {

constexpr std::string_view kVar = "{var}";

// 400, 401, 404, 405, 429: said without looking at the path, or because nothing is there. 499: nothing was said at all.
bool tells_of_path(int status) noexcept {
  constexpr int kSilent[] = {400, 401, 404, 405, 429, 499};
  return status >= 100 && std::ranges::find(kSilent, status) == std::end(kSilent);
}

}  // namespace

PathTemplates::PathTemplates(std::size_t max_templates, MakeRoute make_route, Counter& dropped, std::uint64_t seed)
    : max_templates_{max_templates},
      make_route_{std::move(make_route)},
      dropped_{dropped},
      seed_{seed},
      is_full_{max_templates == 0} {}

Route* PathTemplates::find(std::string_view target) const noexcept {
  NormalSegments path{target};
  if (!path.has_path()) return nullptr;
  const Node* node = &root_;
  for (auto segment = path.take(); !segment.empty(); segment = path.take()) {
    node = child(*node, segment);
    if (node == nullptr) return nullptr;
  }
  return node->route.load(std::memory_order_acquire);
}

PathTemplates::Node* PathTemplates::child(const Node& node, std::string_view segment) noexcept {
  if (is_literal(segment)) {
    if (Node* const var = node.var.load(std::memory_order_acquire)) return var;
  }
  Node* child = node.children.load(std::memory_order_acquire);
  while (child != nullptr && child->segment != segment) child = child->next;
  return child;
}

PathTemplates::Ticket PathTemplates::propose(std::string_view target) noexcept {
  NormalSegments path{target};
  if (!path.has_path()) return 0;
  if (is_full_.load(std::memory_order_relaxed)) return kNoRoom;
  char text[kMaxText];
  std::size_t size = 0;
  for (auto segment = path.take(); !segment.empty(); segment = path.take()) {
    text[size++] = '/';
    size += segment.copy(text + size, segment.size());
  }
  const Ticket ticket = ticket_of({text, size});
  const std::unique_lock lock{mutex_, std::try_to_lock};
  if (!lock.owns_lock()) return 0;
  Pending& place = pending_[ticket % kPending];
  place.ticket = ticket;
  place.size = static_cast<std::uint16_t>(size);
  std::memcpy(place.text.data(), text, size);
  return ticket;
}

PathTemplates::Ticket PathTemplates::ticket_of(std::string_view text) const noexcept {
  std::uint64_t words[1 + kMaxText / 8 + 1];
  words[0] = text.size();
  const std::uint64_t* const end = put_words(words + 1, text);
  const auto hash = hash_key({words, static_cast<std::size_t>(end - words)}, seed_);
  return std::max<Ticket>(static_cast<Ticket>(hash), kNoRoom + 1);
}

Route* PathTemplates::learn(Ticket ticket, int status) noexcept {
  if (ticket == 0 || !tells_of_path(status)) return nullptr;
  try {
    if (ticket != kNoRoom) {
      const std::lock_guard lock{mutex_};
      const Pending& place = pending_[ticket % kPending];
      if (place.ticket != ticket) return nullptr;
      if (Route* const route = insert({place.text.data(), place.size})) return route;
    }
    dropped_.inc();
    return nullptr;
  } catch (...) {  // out of memory: another request may learn it
    return nullptr;
  }
}

Route* PathTemplates::insert(std::string_view text) {
  Node* node = &root_;
  NormalSegments path{text};
  for (auto segment = path.take(); !segment.empty(); segment = path.take()) {
    Node* const known = child(*node, segment);
    if (known == nullptr && !has_room(*node, segment)) return nullptr;
    node = known != nullptr ? known : &make_child(*node, segment);
  }
  return route_of(*node);
}

// Whether a child can be made without that what is known becomes unknown: one that makes all names one needs room for
// all that is known below them.
bool PathTemplates::has_room(const Node& node, std::string_view segment) const noexcept {
  if (templates_ == max_templates_) return false;
  std::size_t literals = 0;
  std::size_t routes = 0;
  for (const Node* child = node.children.load(std::memory_order_relaxed); child != nullptr; child = child->next) {
    if (!is_literal(child->segment)) continue;
    ++literals;
    routes += routes_from(*child);
  }
  return !is_literal(segment) || literals < kMaxLiterals || templates_ + routes < max_templates_;
}

// Of the node and all below it.
std::size_t PathTemplates::routes_from(const Node& node) noexcept {
  std::size_t routes = node.route.load(std::memory_order_relaxed) != nullptr ? 1 : 0;
  if (const Node* const var = node.var.load(std::memory_order_relaxed)) routes += routes_from(*var);
  for (const Node* child = node.children.load(std::memory_order_relaxed); child != nullptr; child = child->next)
    routes += routes_from(*child);
  return routes;
}

// Of a node that has a template; made if it has no route yet and there is room.
Route* PathTemplates::route_of(Node& node) {
  if (Route* const known = node.route.load(std::memory_order_relaxed)) return known;
  if (templates_ == max_templates_) return nullptr;
  Route* const made = make_route_(pattern_of(node));
  templates_ = made != nullptr ? templates_ + 1 : max_templates_;
  is_full_.store(templates_ == max_templates_, std::memory_order_relaxed);
  node.route.store(made, std::memory_order_release);
  return made;
}

std::string PathTemplates::pattern_of(const Node& node) {
  if (node.parent == nullptr) return "/";
  return (node.parent->parent != nullptr ? pattern_of(*node.parent) : "") + '/' + node.segment;
}

PathTemplates::Node& PathTemplates::make_child(Node& node, std::string_view segment) {
  Node* const newest = node.children.load(std::memory_order_relaxed);
  std::size_t literals = 0;
  for (const Node* other = newest; other != nullptr; other = other->next)
    literals += is_literal(other->segment) ? 1 : 0;
  if (is_literal(segment) && literals == kMaxLiterals) return collapse(node);
  Node& made = nodes_.emplace_back(&node, segment, newest);
  node.children.store(&made, std::memory_order_release);
  return made;
}

// What is known below the literals is known below "{var}" before any reader sees that.
PathTemplates::Node& PathTemplates::collapse(Node& node) {
  Node& var = nodes_.emplace_back(&node, kVar, nullptr);
  for (const Node* other = node.children.load(std::memory_order_relaxed); other != nullptr; other = other->next) {
    if (is_literal(other->segment)) graft(*other, var);
  }
  node.var.store(&var, std::memory_order_release);
  return var;
}

// Makes known below `to` what is known below `from`, as far as there is room.
void PathTemplates::graft(const Node& from, Node& to) {
  if (from.route.load(std::memory_order_relaxed) != nullptr) route_of(to);
  const Node* const var = from.var.load(std::memory_order_relaxed);
  if (var != nullptr) {
    Node* const to_var = to.var.load(std::memory_order_relaxed);
    graft(*var, to_var != nullptr ? *to_var : collapse(to));
  }
  for (const Node* other = from.children.load(std::memory_order_relaxed); other != nullptr; other = other->next) {
    if (var != nullptr && is_literal(other->segment)) continue;  // known below `var`
    Node* const known = child(to, other->segment);
    graft(*other, known != nullptr ? *known : make_child(to, other->segment));
  }
}

}  // namespace vitals::detail
