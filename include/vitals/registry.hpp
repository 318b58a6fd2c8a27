#pragma once

#include <vector>

#include <vitals/registry_options.hpp>
#include <vitals/scope.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

/// The metrics of a program, or of a part of it: makes them, owns them, and is what an endpoint exposes. How metrics
/// are declared: Scope. Thread-safe.
/// Cost: registration takes a lock; do it once and keep the reference. Recording does not touch the registry. In a
/// forked child, only recording is safe if a thread of the parent was registering or scraping. Lifetime: must outlive
/// all recording through its metrics. default_registry() outlives everything.
class Registry : public Scope {
 public:
  Registry();
  explicit Registry(RegistryOptions options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// All metrics, ordered by name; series in the order of their making, their constant labels first.
  [[nodiscard]] std::vector<FamilySnapshot> snapshot() const;

 private:
  struct Impl;

  explicit Registry(Impl& impl) noexcept;

  Impl* const impl_;  // ours
};

/// A registry for those who need only one. Made at its first use, never destroyed: safe in static destructors and
/// atexit. Where two copies of vitals are linked into a process there are two of them, and the second says so on
/// stderr.
Registry& default_registry();

}  // namespace vitals
