#include "core/registry/collector.hpp"

#include <cstdlib>
#include <exception>
#include <iterator>
#include <utility>

#include "core/registry/registry_state.hpp"
#include "core/system/thread_end.hpp"
#include "core/text/refuse.hpp"

namespace vitals::detail {

Collector::Collector(Function function, const ScopeState& its_scope, ScopedName claimed_name, MetricType claimed_type,
                     std::weak_ptr<RegistryState> registry)
    : scope{its_scope},
      claimed{std::move(claimed_name)},
      type{claimed_type},
      function_{std::move(function)},
      registry_{std::move(registry)} {}

namespace {

// How many callbacks are under way in this thread, each having scraped a registry that asks the next.
thread_local int depth = 0;

std::atomic<bool> process_ends{false};  // relaxed: the thread that ends the process reads what it wrote itself

class Running {
 public:
  explicit Running(bool& running) noexcept : running_{running} {
    running_ = true;
    ++depth;
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
    --depth;
    running_ = false;
  }

 private:
  bool& running_;
};

}  // namespace

bool Collector::collect(std::vector<FamilySnapshot>& out, std::string& why) {
  // A callback does not wait for another one: the thread that runs the other may be waiting for this callback.
  std::unique_lock lock{mutex_, std::defer_lock};
  if (depth == 0) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return true;
  }
  if (!open_ || running_) return true;
  std::vector<FamilySnapshot> families;
  bool completed = true;
  {
    const Running mark{running_};
    try {
      function_(families);
    } catch (const std::exception& error) {
      completed = false;
      const char* const what = error.what();
      why = what != nullptr ? what : "an exception whose what() is null";
    } catch (...) {
      if (is_thread_end()) throw;
      completed = false;
      why = "something that is no std::exception";
    }
  }
  given_up_.store(false, std::memory_order_relaxed);
  if (!open_) function_ = nullptr;
  if (completed)
    out.insert(out.end(), std::make_move_iterator(families.begin()), std::make_move_iterator(families.end()));
  return completed;
}

// Handlers run last in, first out: this one before the destructors of static tokens, which are older than the call that
// was given up.
void Collector::give_up() {
  given_up_.store(true, std::memory_order_relaxed);
  if (has_handler_.exchange(true, std::memory_order_relaxed)) return;
  (void)std::atexit([] { process_ends.store(true, std::memory_order_relaxed); });
}

std::string Collector::shown() const {
  return claimed.name.empty() ? "vitals: a collector"
                              : about(shown_name(claimed.name, claimed.label_text)) + "the callback";
}

void Collector::close() {
  {
    // In a forked child the lock may be held for ever, by a thread that only the parent has. Then nobody in the child
    // can run the callback.
    std::unique_lock lock{mutex_, std::defer_lock};
    const bool may_hang = given_up_.load(std::memory_order_relaxed) && process_ends.load(std::memory_order_relaxed);
    if (process_ == getpid() && !may_hang) {
      lock.lock();
    } else if (!lock.try_lock()) {
      return;
    }
    if (!std::exchange(open_, false)) return;
    if (!running_) function_ = nullptr;
  }
  if (const auto registry = registry_.lock()) registry->remove(*this);
}

}  // namespace vitals::detail
