#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "allocations.hpp"
#include "http/requests/route.hpp"
#include "http/requests/route_trie.hpp"

namespace {

using vitals::detail::Route;

constexpr std::string_view kPath = "/api/v1/clients/4711/appointments?page=2";
constexpr std::string_view kUnknown = "/wp-content/plugins/editor.php";

// Five routes for each kind of thing; kPath is one of the first.
std::vector<std::string> templates(std::size_t n) {
  constexpr const char* kNames[] = {"clients",  "appointments", "invoices", "users",    "rooms",
                                    "services", "orders",       "products", "payments", "reports"};
  std::vector<std::string> made;
  for (std::size_t i = 0; made.size() < n; ++i) {
    const std::string base = std::string{"/api/v1/"} + kNames[i % 10] + (i < 10 ? "" : std::to_string(i));
    for (const auto* end : {"", "/{id}", "/{id}/appointments", "/{id}/notes", "/search"}) made.push_back(base + end);
  }
  return made;
}

std::string_view next_segment(std::string_view& path) {
  const auto begin = path.find_first_not_of('/');
  path.remove_prefix(begin == std::string_view::npos ? path.size() : begin);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

struct Trie {
  explicit Trie(std::size_t n) {
    for (auto& pattern : templates(n)) trie.add(pattern, routes.emplace_back(pattern));
  }
  const Route* match(std::string_view target) const { return trie.match(target); }

  vitals::detail::RouteTrie trie;
  std::deque<Route> routes;
};

// The usual container: a map of children at each node.
struct Maps {
  struct Node {
    std::map<std::string, Node, std::less<>> fixed;
    std::map<std::string, Node, std::less<>> hole;  // one at most
    const Route* route = nullptr;
  };

  explicit Maps(std::size_t n) {
    for (auto& pattern : templates(n)) {
      Node* node = &root;
      std::string_view rest = pattern;
      for (auto segment = next_segment(rest); !segment.empty(); segment = next_segment(rest)) {
        node = segment[0] == '{' ? &node->hole["{}"] : &node->fixed[std::string{segment}];
      }
      node->route = &routes.emplace_back(pattern);
    }
  }
  const Route* match(std::string_view target) const { return match(root, target.substr(0, target.find('?'))); }
  static const Route* match(const Node& node, std::string_view path) {
    const auto segment = next_segment(path);
    if (segment.empty()) return node.route;
    if (const auto child = node.fixed.find(segment); child != node.fixed.end()) {
      if (const Route* found = match(child->second, path)) return found;
    }
    return node.hole.empty() ? nullptr : match(node.hole.begin()->second, path);
  }

  Node root;
  std::deque<Route> routes;
};

// The bare minimum of code: one template after the other, the first one wins.
struct Bare {
  explicit Bare(std::size_t n) {
    for (auto& pattern : templates(n)) routes.emplace_back(pattern);
  }
  const Route* match(std::string_view target) const {
    const auto path = target.substr(0, target.find('?'));
    for (const Route& route : routes) {
      if (matches(route.pattern, path)) return &route;
    }
    return nullptr;
  }
  static bool matches(std::string_view pattern, std::string_view path) {
    for (;;) {
      const auto wanted = next_segment(pattern);
      const auto segment = next_segment(path);
      if (wanted.empty() || segment.empty()) return wanted.empty() && segment.empty();
      if (wanted[0] != '{' && wanted != segment) return false;
    }
  }

  std::deque<Route> routes;
};

template <class Subject>
void match(benchmark::State& state, std::string_view path) {
  const Subject subject{static_cast<std::size_t>(state.range(0))};
  const std::uint64_t before = allocations();
  for (auto _ : state) {
    benchmark::DoNotOptimize(path);
    benchmark::DoNotOptimize(subject.match(path));
  }
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(allocations() - before), benchmark::Counter::kAvgIterations);
}

template <class Subject>
void route_match(benchmark::State& state) {
  match<Subject>(state, kPath);
}
template <class Subject>
void route_match_none(benchmark::State& state) {
  match<Subject>(state, kUnknown);
}
template <class Subject>
void route_table(benchmark::State& state) {
  for (auto _ : state) {
    const Subject table{static_cast<std::size_t>(state.range(0))};
    benchmark::DoNotOptimize(&table);
  }
}

BENCHMARK_TEMPLATE(route_match, Trie)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_match, Maps)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_match, Bare)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_match_none, Trie)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_match_none, Maps)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_match_none, Bare)->Arg(50)->Arg(5000);
BENCHMARK_TEMPLATE(route_table, Trie)->Arg(50)->Arg(5000)->Unit(benchmark::kMicrosecond);
BENCHMARK_TEMPLATE(route_table, Maps)->Arg(50)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
