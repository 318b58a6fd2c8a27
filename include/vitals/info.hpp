#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <vitals/snapshot.hpp>

namespace vitals {

class Registry;

/// Facts as labels of a sample that is 1: Registry::info().
/// Thread-safe. Lifetime: owned by its Registry; a reference is valid as long as the Registry.
class Info {
 public:
  Info(const Info&) = delete;
  Info& operator=(const Info&) = delete;

  /// Replaces all labels. Throws std::invalid_argument for names that labels can't have, and then changes nothing.
  void set(std::vector<Label> labels);
  [[nodiscard]] std::vector<Label> labels() const;

 private:
  friend Registry;
  Info(std::string name, std::vector<Label> constant, bool utf8_names);

  const std::string name_;
  const std::vector<Label> constant_;  // of the registry
  const bool utf8_names_;
  mutable std::mutex mutex_;
  std::vector<Label> labels_;
};

}  // namespace vitals
