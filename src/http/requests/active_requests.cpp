#include "http/requests/active_requests.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "core/instruments/access.hpp"

namespace vitals::detail {
namespace {

struct Shared {
  std::unique_ptr<ActiveRequests> active;
  int users = 0;
};

// Never destroyed: a static HttpMetrics may be destroyed after any other static. Recursive: the constructor of a
// shared_ptr that gets no memory calls its deleter, which locks it too.
std::recursive_mutex& mutex() {
  static auto& only = *new std::recursive_mutex;
  return only;
}

using Key = std::pair<const ScopeState*, std::string>;

std::map<Key, Shared>& all() {
  static auto& only = *new std::map<Key, Shared>;
  return only;
}

}  // namespace

// Users are counted under the lock rather than by a weak_ptr: only one collector may have the name at a time, so the
// last must be gone before the next is made.
std::shared_ptr<ActiveRequests> ActiveRequests::of(const Scope& scope, const std::string& name,
                                                   const std::string& help) {
  const std::lock_guard lock{mutex()};
  const Key key{&Access::scope(scope), name};
  Shared& shared = all()[key];
  if (!shared.active) shared.active = std::make_unique<ActiveRequests>(scope, name, help);
  ++shared.users;
  return {shared.active.get(), [key](ActiveRequests*) {
            const std::lock_guard releasing{mutex()};
            const auto found = all().find(key);
            if (--found->second.users == 0) all().erase(found);
          }};
}

ActiveRequests::ActiveRequests(const Scope& scope, const std::string& name, const std::string& help)
    : started_{counts_.counter("started_total", "Requests started.")},
      finished_{counts_.counter("finished_total", "Requests finished.")},
      token_{scope.gauge_callback(name, help, [this] { return value(); })} {}

double ActiveRequests::value() const noexcept {
  const double finished = finished_.value();
  return std::max(0.0, started_.value() - finished);
}

}  // namespace vitals::detail
