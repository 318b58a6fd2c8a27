#include "core/registry/active_count.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "core/instruments/access.hpp"

namespace vitals::detail {
namespace {

struct SharedCount {
  std::unique_ptr<ActiveCount> active;
  int users = 0;
};

// Never destroyed: its users may be static, and destroyed after any other static. Recursive: the constructor of a
// shared_ptr that gets no memory calls its deleter, which locks it too.
std::recursive_mutex& counts_mutex() {
  static auto& only = *new std::recursive_mutex;
  return only;
}

using CountKey = std::pair<const ScopeState*, std::string>;

std::map<CountKey, SharedCount>& shared_counts() {
  static auto& only = *new std::map<CountKey, SharedCount>;
  return only;
}

}  // namespace

// Users are counted under the lock rather than by a weak_ptr: only one collector may have the name at a time, so the
// last must be gone before the next is made.
std::shared_ptr<ActiveCount> ActiveCount::of(const Scope& scope, const std::string& name, const std::string& help) {
  const std::lock_guard lock{counts_mutex()};
  const CountKey key{&Access::scope(scope), name};
  SharedCount& shared = shared_counts()[key];
  if (!shared.active) shared.active = std::make_unique<ActiveCount>(scope, name, help);
  ++shared.users;
  return {shared.active.get(), [key](ActiveCount*) {
            const std::lock_guard releasing{counts_mutex()};
            const auto found = shared_counts().find(key);
            if (--found->second.users == 0) shared_counts().erase(found);
          }};
}

ActiveCount::ActiveCount(const Scope& scope, const std::string& name, const std::string& help)
    : started_{counts_.counter("started_total", "Started.")},
      finished_{counts_.counter("finished_total", "Finished.")},
      token_{scope.gauge_callback(name, help, [this] { return value(); })} {}

double ActiveCount::value() const noexcept {
  const double finished = finished_.value();
  return std::max(0.0, started_.value() - finished);
}

}  // namespace vitals::detail
