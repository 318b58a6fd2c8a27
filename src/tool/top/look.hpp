#pragma once
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tool/check/window_groups.hpp"

namespace vitals::tool {

/// What groups() finds, or why it finds nothing.
struct Seen {
  const std::vector<Group>* groups = nullptr;
  std::string why{};

  /// Of a subject that isn't divided.
  [[nodiscard]] const Group* whole() const { return groups && !groups->empty() ? &groups->front() : nullptr; }
};

/// Groups by the values of their labels.
using GroupsByValues = std::map<std::vector<std::string>, const Group*>;

/// A window as the tiles and tables look at it: nothing that it can't tell ends the look, and gauges, which are of the
/// last scrape alone, are told whatever happened between the scrapes. Lifetime: the groups must outlive it.
class Look {
 public:
  explicit Look(WindowGroups& groups);
  /// Of a window whose first scrape is of nothing: what was counted since the process began.
  static Look since_start(WindowGroups& groups) { return {groups, {}}; }

  [[nodiscard]] Seen see(const Target& subject);
  /// The same of one that is divided; `why` is kept if there is nothing.
  [[nodiscard]] GroupsByValues by_values(const Target& subject, std::string* why = nullptr);
  [[nodiscard]] bool is_there(const Target& subject) const { return tool::is_there(groups_.window(), subject); }
  [[nodiscard]] std::optional<double> seconds() const { return groups_.window().seconds; }
  /// Why nothing can be told of the window but gauges; mostly empty.
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  Look(WindowGroups& groups, std::string fault) : groups_(groups), fault_(std::move(fault)) {}

  WindowGroups& groups_;
  std::string fault_;
};

}  // namespace vitals::tool
