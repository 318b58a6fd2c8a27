#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/registry/registry_state.hpp"
#include "core/status/event_history.hpp"
#include "core/system/epochs.hpp"

namespace vitals {
class Scope;
}

namespace vitals::detail {

/// The two counters of an objective, and what they were when they were read.
struct CounterReading {
  const void* events_counter;  // no other counter ever has that address (docs/decisions/0004)
  const void* bad_counter;
  EventCounts counts;
};

/// Where the counters of objectives are: slo_events_total and slo_bad_events_total of a scope, which need not be there.
/// Makes none. Thread-safe. Lifetime: the registry must outlive it.
class ObjectiveCounters {
 public:
  explicit ObjectiveCounters(const Scope& scope);

  /// A look at all of them. Whatever is removed meanwhile stays as it is.
  class Look {
   public:
    explicit Look(const ObjectiveCounters& counters);

    /// Empty if one of the two is not there. Reads the bad events first: none of them is among those of the next look's
    /// events. Takes no memory.
    [[nodiscard]] std::optional<CounterReading> read(std::string_view objective) const;

   private:
    const Epochs::Reader reader_;
    const FamilyBase* const events_;  // null: there are none
    const FamilyBase* const bad_;
  };

 private:
  [[nodiscard]] const FamilyBase* find(const ScopedName& name) const;

  RegistryState& registry_;
  const ScopedName events_, bad_;
};

/// What was added to the counters of an objective since it was first looked at, though they end and are made anew.
class ObjectiveEvents {
 public:
  struct Moment {
    std::int64_t time;
    EventCounts total;
  };

  /// The first look: what the counters have by then has happened before.
  ObjectiveEvents(const std::optional<CounterReading>& reading, std::int64_t now) : begin_{now, {}}, last_{reading} {}

  /// What the next look has found. A counter that is another one began at 0 since the last look; what was added to the
  /// one before it in its last moments, after that look, is lost.
  void add(const std::optional<CounterReading>& reading, std::int64_t now) noexcept;

  [[nodiscard]] const EventCounts& total() const noexcept { return total_; }
  /// Since when there were counters at each look.
  [[nodiscard]] const Moment& begin() const noexcept { return begin_; }
  /// The counters as they were at the last look; empty: they are not there.
  [[nodiscard]] std::optional<EventCounts> counters() const noexcept {
    return last_ ? std::optional{last_->counts} : std::nullopt;
  }

 private:
  EventCounts total_;
  Moment begin_;
  std::optional<CounterReading> last_;
};

}  // namespace vitals::detail
