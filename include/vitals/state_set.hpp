#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/detail/label_name.hpp>
#include <vitals/detail/whole.hpp>
#include <vitals/family.hpp>

namespace vitals {

/// The states of a state set, in the order in which they are exposed: {"starting", "serving"}, or {Mode::Starting,
/// Mode::Serving} of an enumeration that has label_text() (Family::with). A plain value; checked when it is registered.
class States {
 public:
  States(std::initializer_list<detail::ListedName> names);
  template <std::same_as<std::string_view> Text>  // a list that has a name
  States(std::initializer_list<Text> names) {
    for (const Text name : names) add(name);
  }
  template <detail::LabelEnum E>
  States(std::initializer_list<E> states) {
    for (const E state : states) add(label_text(state));
  }
  explicit States(std::vector<std::string> names);

  [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }

 private:
  void add(std::string_view name);

  std::vector<std::string> names_;
};

/// Which of up to 64 named states hold: exposed as a sample of 0 or 1 for each, whose label is called like the metric.
/// No state holds at first.
/// Thread-safe: any member from any thread or signal handler, no locks; a scrape sees all states of one moment.
/// Cost: one store, or one locked instruction, and a search for a state that is given by name. 16 bytes.
/// Lifetime: owned by its Registry; a reference is valid as long as the Registry, after the series was removed too.
class StateSet {
 public:
  StateSet(const StateSet&) = delete;  // keep a reference: auto& s = registry.state_set(…)
  StateSet& operator=(const StateSet&) = delete;

  // A state is its name, its position in the declaration, or an enumerator by its label_text(). One that was not
  // declared changes nothing and counts in vitals_invalid_updates_total.

  /// This state holds, and no other.
  void set(const detail::LabelValue auto& state) noexcept { set_only(index_of(detail::label_argument(state))); }
  /// This state holds, whatever the others do.
  void enable(const detail::LabelValue auto& state) noexcept { change(index_of(detail::label_argument(state)), true); }
  void disable(const detail::LabelValue auto& state) noexcept {
    change(index_of(detail::label_argument(state)), false);
  }

  [[nodiscard]] bool is_enabled(const detail::LabelValue auto& state) const noexcept {
    const std::size_t i = index_of(detail::label_argument(state));
    return i < kMax && (bits_.load(std::memory_order_relaxed) >> i & 1) != 0;
  }

 private:
  friend detail::Access;
  static constexpr std::size_t kMax = 64;      // what is no state
  static constexpr std::size_t kRemoved = 65;  // of a series that was removed

  explicit StateSet(const std::vector<std::string>& names) noexcept : names_{&names} {}

  [[nodiscard]] std::size_t index_of(std::string_view name) const noexcept;
  [[nodiscard]] std::size_t index_of(const detail::LabelEnum auto& state) const noexcept {
    return index_of(std::string_view{label_text(state)});
  }
  template <std::integral T>
  requires(!std::same_as<T, bool>) [[nodiscard]] std::size_t index_of(T i) const noexcept {
    return detail::is_count(i) ? index_of_number(static_cast<std::size_t>(i)) : kMax;
  }
  [[nodiscard]] std::size_t index_of_number(std::size_t i) const noexcept;
  static void drop(std::size_t state) noexcept;
  void set_only(std::size_t state) noexcept;
  void change(std::size_t state, bool enabled) noexcept;

  const std::vector<std::string>* names_;  // the family's; null: the series is long removed
  std::atomic<std::uint64_t> bits_{0};     // relaxed: publishes nothing else
};

}  // namespace vitals
