#include "core/registry/collector.hpp"

#include <exception>
#include <iterator>
#include <utility>

#include "core/registry/registry_state.hpp"

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
  running_ = true;
  ++depth;
  bool completed = true;
  try {
    function_(families);
  } catch (const std::exception& error) {
    completed = false;
    why = error.what();
  } catch (...) {
    completed = false;
    why = "something that is no std::exception";
  }
  --depth;
  running_ = false;
  if (!open_) function_ = nullptr;
  if (completed)
    out.insert(out.end(), std::make_move_iterator(families.begin()), std::make_move_iterator(families.end()));
  return completed;
}

void Collector::close() {
  {
    // In a forked child the lock may be held for ever, by a thread that only the parent has. Then nobody in the child
    // can run the callback.
    std::unique_lock lock{mutex_, std::defer_lock};
    if (process_ == getpid()) {
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
