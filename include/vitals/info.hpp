#pragma once

#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals {

namespace detail {
struct InfoState;
}

/// Facts as labels of a sample that is 1: Registry::info().
/// Thread-safe. Lifetime: owned by its Registry; a reference is valid as long as the Registry, after Registry::remove()
/// too: then it has no labels, and set() does nothing.
class Info {
 public:
  Info(const Info&) = delete;  // keep a reference: auto& i = registry.info(…)
  Info& operator=(const Info&) = delete;

  /// Replaces all labels. Throws std::invalid_argument for names that labels can't have, and then changes nothing.
  void set(std::vector<Label> labels);
  [[nodiscard]] std::vector<Label> labels() const;

 private:
  friend struct detail::InfoState;
  explicit Info(detail::InfoState& state) noexcept : state_{&state} {}
  ~Info() = default;

  detail::InfoState* state_;  // null: removed. The memory reads as zeros then
};

}  // namespace vitals
