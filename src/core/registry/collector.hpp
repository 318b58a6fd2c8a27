#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>
#include <unistd.h>

#include <vitals/collector_token.hpp>
#include <vitals/snapshot.hpp>

#include "core/registry/scope_state.hpp"

namespace vitals::detail {

class RegistryState;

/// A callback that gives families at each scrape. Its lock is held while it runs, so that close() waits for it.
class Collector {
 public:
  using Function = std::function<void(std::vector<FamilySnapshot>&)>;

  /// `claimed` is what the registry keeps for its one family, of that type, or empty. `scope` is in the registry.
  Collector(Function function, const ScopeState& scope, ScopedName claimed, MetricType type,
            std::weak_ptr<RegistryState> registry);

  /// Appends what the callback gives. False if it threw; then nothing is appended, and `why` is what it said. A
  /// callback that ends its thread (pthread_exit) ends this call with it.
  bool collect(std::vector<FamilySnapshot>& out, std::string& why);
  /// After this the callback is not running, unless this is called from within it, and never runs again. In a forked
  /// child it never waits, nor for a callback that was given up when the process ends.
  void close();
  /// Whoever waited for the callback does so no more: it may never end, and must not keep the process from ending.
  void give_up();

  [[nodiscard]] bool is_of(const RegistryState& registry) const { return registry_.lock().get() == &registry; }
  /// For messages: which callback it is.
  [[nodiscard]] std::string shown() const;

  const ScopeState& scope;  // not to be used after the registry
  const ScopedName claimed;
  const MetricType type;

 private:
  std::recursive_mutex mutex_;  // recursive: a callback may end its own token, or scrape its own registry
  Function function_;
  bool open_ = true;
  bool running_ = false;
  std::atomic<bool> has_handler_{false};  // relaxed: only decides who registers it
  std::atomic<bool> given_up_{false};     // relaxed: read by whoever ends the process, long after
  const pid_t process_ = getpid();
  std::weak_ptr<RegistryState> registry_;
};

}  // namespace vitals::detail

namespace vitals {

/// What a token has behind a plain pointer, so that its public header does not need <memory>.
struct CollectorToken::Impl {
  std::shared_ptr<detail::Collector> collector;
};

}  // namespace vitals
