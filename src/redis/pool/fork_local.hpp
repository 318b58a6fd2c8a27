#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <tuple>
#include <utility>

namespace vitals::detail {

/// How many fork()s since watch_forks() led to this process. Relaxed: in a child, its only thread writes it before
/// anything else runs.
extern std::atomic<std::uint64_t> fork_generation;

/// Counts forks from now on; every call after the first does nothing.
void watch_forks() noexcept;

/// An object that a forked child must neither use nor free. bury() keeps it reachable for ever, for leak checkers.
struct Buried {
  Buried* next = nullptr;
};
void bury(Buried* object) noexcept;

/// A T, made from `args`, of which every forked child makes its own. The child's copy of the parent's T may have a
/// mutex that a thread of the parent had locked, or a socket that the parent still uses; so only T::abandon() touches
/// that copy, and it must take no lock. Thread-safe. get() costs two loads.
template <class T, class... Args>
class ForkLocal {
 public:
  /// The arguments must outlive this.
  explicit ForkLocal(const Args&... args) : args_{args...} {
    watch_forks();
    node_.store(make_node().release(), std::memory_order_release);
  }
  ForkLocal(const ForkLocal&) = delete;
  ForkLocal& operator=(const ForkLocal&) = delete;
  ~ForkLocal() {
    std::unique_ptr<Node> node{node_.load(std::memory_order_acquire)};
    if (!current(*node)) abandon(std::move(node));
  }

  /// May throw std::bad_alloc, in a child's first call.
  T& get() {
    Node* node = node_.load(std::memory_order_acquire);
    return current(*node) ? *node->value : renew(node);
  }

 private:
  struct Node : Buried {
    std::unique_ptr<T> value;
    std::uint64_t generation;
  };

  std::unique_ptr<Node> make_node() const {
    auto node = std::make_unique<Node>();
    node->value = std::apply([](const Args&... args) { return std::make_unique<T>(args...); }, args_);
    node->generation = fork_generation.load(std::memory_order_relaxed);
    return node;
  }
  static bool current(const Node& node) noexcept {
    return node.generation == fork_generation.load(std::memory_order_relaxed);
  }
  static void abandon(std::unique_ptr<Node> node) noexcept {
    node->value->abandon();
    bury(node.release());
  }

  T& renew(Node* old) {
    std::unique_ptr<Node> fresh = make_node();
    // A thread that loses this race finds the winner's node, complete, in `old`: hence acquire and release.
    if (!node_.compare_exchange_strong(old, fresh.get(), std::memory_order_acq_rel)) return *old->value;
    abandon(std::unique_ptr<Node>{old});
    return *fresh.release()->value;
  }

  const std::tuple<const Args&...> args_;
  // Owns the node: an atomic pointer, since there is no atomic std::unique_ptr. Release when a node is published,
  // acquire when it is read: its value is made before.
  std::atomic<Node*> node_{nullptr};
};

}  // namespace vitals::detail
