#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "http/requests/path_segments.hpp"

namespace vitals::detail {

struct Route;

// Routes by the segments of their templates. It only ever grows: readers take no lock and may run while a route is
// added. Writers must exclude each other.
// Cost: match() some 5 ns for each segment, however many routes there are, and for fixed ones in a row that all routes
// there share, "/api/v1", once; no allocation. 112 bytes for each segment that no other route has, and 16 to 48 more
// where it has more than kFew siblings.
class RouteTrie {
 public:
  RouteTrie() = default;
  RouteTrie(const RouteTrie&) = delete;
  RouteTrie& operator=(const RouteTrie&) = delete;

  /// The route that stands for this target of a request (PathSegments has its forms), or null. Fixed segments win over
  /// holes and holes over the rest; of two routes, the first segment that differs decides. Visits at most kMaxVisits
  /// nodes, and looks at no more of a path than PathSegments::kMaxPath, so that no path is expensive; where it has to
  /// stop, only the rest stands for what follows.
  [[nodiscard]] Route* match(std::string_view target) const noexcept;
  /// The route whose template has these segments, whatever its holes are called, or null.
  [[nodiscard]] Route* find(std::string_view pattern) const noexcept;
  /// Makes the route findable. REQUIRES: find(pattern) is null.
  void add(std::string_view pattern, Route& route);

  static constexpr int kMaxVisits = 64;

 private:
  static constexpr std::size_t kFew = 4;

  struct Node;

  // Open addressing, at most half full: a search ends at an empty slot. Never removed: a reader may still be in one
  // that was replaced, which lacks only what was added since.
  struct Table {
    explicit Table(std::size_t size) : mask{size - 1}, slots{std::make_unique<std::atomic<Node*>[]>(size)} {}

    const std::size_t mask;
    std::size_t used = 0;
    const std::unique_ptr<std::atomic<Node*>[]> slots;
  };

  // A shortcut: the fixed segments that follow a node one by one, at least two, as they stand in a path, to where there
  // is a choice. True for ever, since nodes are never removed: one that a further route has made too long is only slow.
  struct Chain {
    Chain(std::string fixed, const Node& at_end);

    const std::string text;
    const std::uint64_t first;  // word of the text
    const std::uint64_t mask;   // the bytes in it that are the text's
    const Node& end;
  };

  // Complete before a pointer to it is stored, and never removed. All its pointers are changed by release stores and
  // read by acquire loads: a thread that reads one sees what it points to.
  struct Node {
    Node(const Node* above, std::string_view text);

    const std::uint64_t first;  // word of its segment
    const std::uint64_t mask;   // the bytes in it that are the segment's
    const std::string segment;  // empty: the root, or a hole
    Node* next = nullptr;       // the next of few siblings; set before the node is reachable
    // By fixed segments: a list of the first kFew, and a table of all once there are more.
    std::atomic<Node*> few{nullptr};
    std::atomic<Table*> many{nullptr};
    std::atomic<Node*> hole{nullptr};
    std::atomic<Route*> rest{nullptr};
    std::atomic<Route*> route{nullptr};
    std::atomic<const Chain*> chain{nullptr};
    const Node* const parent;  // null: the root
  };

  [[nodiscard]] static const Node* take_fixed(const Node& node, PathSegments& path, std::uint64_t word) noexcept;
  [[nodiscard]] static bool could_turn_above(const Node& node) noexcept;
  [[nodiscard]] Route* search(std::string_view target) const noexcept;
  [[nodiscard]] static Route* search(const Node& node, PathSegments path, int& visits) noexcept;
  [[nodiscard]] static Node* fixed_child(const Node& node, std::string_view segment) noexcept;
  [[nodiscard]] static Node* find_in(const Table& table, std::string_view segment, std::uint64_t first) noexcept;
  [[nodiscard]] static Node* only_child(const Node& node) noexcept;
  static void put_in(Table& table, Node& node) noexcept;
  Node& make_hole(Node& node);
  Node& make_fixed_child(Node& node, std::string_view segment);
  Table& make_room(Node& node);
  void link_along(std::string_view pattern);
  void link(Node& node);

  Node root_{nullptr, ""};
  std::deque<Node> nodes_;  // all but the root; deques, since nodes and tables must not move
  std::deque<Table> tables_;
  std::deque<Chain> chains_;
};

}  // namespace vitals::detail
