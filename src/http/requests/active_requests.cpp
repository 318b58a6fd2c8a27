#include "http/requests/active_requests.hpp"

#include <algorithm>
#include <map>
#include <mutex>

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

std::map<const Registry*, Shared>& by_registry() {
  static auto& only = *new std::map<const Registry*, Shared>;
  return only;
}

}  // namespace

// Users are counted under the lock rather than by a weak_ptr: only one collector may have the name at a time, so the
// last must be gone before the next is made.
std::shared_ptr<ActiveRequests> ActiveRequests::of(Registry& registry) {
  const std::lock_guard lock{mutex()};
  Shared& shared = by_registry()[&registry];
  if (!shared.active) shared.active = std::make_unique<ActiveRequests>(registry);
  ++shared.users;
  return {shared.active.get(), [key = &registry](ActiveRequests*) {
            const std::lock_guard releasing{mutex()};
            const auto found = by_registry().find(key);
            if (--found->second.users == 0) by_registry().erase(found);
          }};
}

ActiveRequests::ActiveRequests(Registry& registry)
    : started_{counts_.counter("started_total", "Requests started.")},
      finished_{counts_.counter("finished_total", "Requests finished.")},
      token_{
          registry.gauge_callback("http_requests_active", "HTTP requests being served.", [this] { return value(); })} {}

double ActiveRequests::value() const noexcept {
  const double finished = finished_.value();
  return std::max(0.0, started_.value() - finished);
}

}  // namespace vitals::detail
