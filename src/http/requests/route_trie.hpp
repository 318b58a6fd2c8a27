#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace vitals::detail {

struct Route;

// Routes by the segments of their templates. It only ever grows: readers take no lock and may run while a route is
// added. Writers must exclude each other.
class RouteTrie {
 public:
  /// The route that stands for this path, or null. Visits at most kMaxVisits nodes, so that no path is expensive.
  [[nodiscard]] Route* match(std::string_view path) const noexcept;
  /// The route whose template has these segments, whatever its holes are called, or null.
  [[nodiscard]] Route* find(std::string_view pattern) const noexcept;
  /// Makes the route findable. REQUIRES: find(pattern) is null.
  void add(std::string_view pattern, Route& route);

  static constexpr int kMaxVisits = 64;

 private:
  // Nodes are complete before a pointer to them is stored, and are never removed. next_fixed is set before the node is
  // reachable; the other pointers change only by release stores, and are read by acquire loads: a thread that reads one
  // sees the node behind it.
  struct Node {
    std::string segment;
    Node* next_fixed = nullptr;
    std::array<std::atomic<Node*>, 16> fixed{};  // the heads of short lists, by bucket()
    std::atomic<Node*> hole{nullptr};
    std::atomic<Route*> route{nullptr};
    std::atomic<Route*> rest{nullptr};
  };

  static std::size_t bucket(std::string_view segment) noexcept;
  static Route* match(const Node& node, std::string_view path, int& visits) noexcept;
  static Node* fixed_child(const Node& node, std::string_view segment) noexcept;
  Node& make_child(Node& node, std::string_view segment, bool hole);

  std::deque<Node> nodes_;  // owns all but the root; a deque, since nodes must not move
  Node root_;
};

}  // namespace vitals::detail
