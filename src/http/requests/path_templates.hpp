#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include <vitals/counter.hpp>

#include "core/series/environment.hpp"
#include "http/requests/path_normaliser.hpp"

namespace vitals::detail {

struct Route;

// Routes of a service that lists none, learned from the normalised paths of requests that were answered. How a request
// asks:
//
//   at its start:   Route* route = templates.find(path);             // known: as with a listed route
//                   Ticket ticket = route ? 0 : templates.propose(path);
//   at its end:     if (ticket != 0) route = templates.learn(ticket, status);
//                   count under the route, or as _unmatched if there is none
//
// A path is known only at the start and its status only at the end, and a request has no room for a path. So the
// template waits in between in one of kPending places, and the request keeps its ticket, four bytes: a hash of the
// template, which also says in which place it waits. A newer proposal for the same place replaces it; the ticket then
// finds another one's or none there, and the request counts as _unmatched.
//
// What a hostile client can do: its unknown paths are never learned as long as they are answered with 404, and occupy
// nothing, since requests that hang or are dropped hold no place. By thousands of them a second it can replace
// proposals before their requests end, so that a template is learned some requests later; once learned, it stays. Where
// it is answered with 200 whatever it asks for, what it can fill is bounded by max_templates. It can't aim at a place,
// or make its path wait under another one's ticket, as the hash has a secret seed.
//
// Thread-safe. find() takes no lock and doesn't allocate; propose() doesn't wait: who finds the lock taken has no
// ticket. Cost: find() about 1 ns per byte of the path; some 40 kB, and some 100 bytes for each segment learned.
class PathTemplates {
 public:
  using Ticket = std::uint32_t;
  /// Makes the route of a template, or gives null if it has no room. Called by learn(), by one thread at a time.
  using MakeRoute = std::function<Route*(std::string_view pattern)>;

  /// More templates than that are not learned; `dropped` counts the requests that would have been learned otherwise.
  PathTemplates(std::size_t max_templates, MakeRoute make_route, Counter& dropped, std::uint64_t seed = random_word());
  PathTemplates(const PathTemplates&) = delete;
  PathTemplates& operator=(const PathTemplates&) = delete;

  /// The route of a path that is known, or null.
  [[nodiscard]] Route* find(std::string_view target) const noexcept;
  /// Keeps the template of a path that find() doesn't know. 0: it can't be learned, or not now. kNoRoom: nothing can.
  [[nodiscard]] Ticket propose(std::string_view target) noexcept;
  /// The route of what was proposed, learned now if need be; null if it is not to be learned: the status tells nothing
  /// about the path (400, 401, 404, 405, 429, 499 or none), there is no room, or others have taken its place.
  Route* learn(Ticket ticket, int status) noexcept;

  static constexpr Ticket kNoRoom = 1;
  // Of the same place, further names are one: "/users/{var}", with all that was learned below the first ones.
  static constexpr std::size_t kMaxLiterals = 16;
  static constexpr std::size_t kPending = 128;

 private:
  static constexpr std::size_t kMaxText = NormalSegments::kMaxSegments * (1 + NormalSegments::kMaxSize);

  struct Pending {
    Ticket ticket = 0;
    std::uint16_t size = 0;
    std::array<char, kMaxText> text{};
  };

  // Complete before a pointer to it is stored, and never removed. All its pointers are changed by release stores and
  // read by acquire loads: a thread that reads one sees what it points to.
  struct Node {
    Node(const Node* above, std::string_view text, Node* sibling) : parent{above}, segment{text}, next{sibling} {}

    const Node* const parent;
    const std::string segment;
    Node* const next;  // the next sibling; there are kMaxLiterals and the classes at most
    std::atomic<Node*> children{nullptr};
    std::atomic<Node*> var{nullptr};  // in place of all children that are literals, once it is there
    std::atomic<Route*> route{nullptr};
  };

  [[nodiscard]] static Node* child(const Node& node, std::string_view segment) noexcept;
  [[nodiscard]] static std::string pattern_of(const Node& node);
  [[nodiscard]] Ticket ticket_of(std::string_view text) const noexcept;
  Route* insert(std::string_view text);
  [[nodiscard]] bool has_room(const Node& node, std::string_view segment) const noexcept;
  [[nodiscard]] static std::size_t routes_from(const Node& node) noexcept;
  Route* route_of(Node& node);
  Node& make_child(Node& node, std::string_view segment);
  Node& collapse(Node& node);
  void graft(const Node& from, Node& to);

  const std::size_t max_templates_;
  const MakeRoute make_route_;
  Counter& dropped_;
  const std::uint64_t seed_;
  std::atomic<bool> is_full_{false};  // relaxed: a hint that there is nothing to learn

  std::mutex mutex_;  // taken to propose and to learn
  std::array<Pending, kPending> pending_{};
  std::size_t templates_ = 0;
  std::deque<Node> nodes_;  // all but the root; a deque, since nodes must not move
  Node root_{nullptr, "", nullptr};
};

}  // namespace vitals::detail
