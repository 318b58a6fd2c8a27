#pragma once

#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals {

/// Facts as labels of a sample that is 1: Registry::info().
/// Thread-safe. Lifetime: owned by its Registry; a reference is valid as long as the Registry.
class Info {
 public:
  Info(const Info&) = delete;
  Info& operator=(const Info&) = delete;

  /// Replaces all labels. Throws std::invalid_argument for names that labels can't have, and then changes nothing.
  void set(std::vector<Label> labels);
  [[nodiscard]] std::vector<Label> labels() const;

 protected:
  // Its labels are in the class that the library derives.
  Info() noexcept = default;
  ~Info() = default;
};

}  // namespace vitals
