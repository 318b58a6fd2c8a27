#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/collectors/proc_parse.hpp"

namespace vitals::detail {

/// The cgroup of a process at one moment, of version 1, 2 or both. What the kernel doesn't tell is nullopt.
class Cgroup {
 public:
  /// `self` is the text of /proc/self/cgroup.
  Cgroup(const CgroupMounts& mounts, std::string_view self);

  /// `limit` is the least one on the way up, `usage` that of the cgroup that sets it, else of the process's own.
  struct Memory {
    Number limit;
    Number usage;
  };
  [[nodiscard]] Memory memory() const;

  /// `limit` in CPUs is the least one on the way up, the rest what the cgroup that sets it has counted.
  struct Cpu {
    std::optional<double> limit;
    Number periods;
    Number throttled_periods;
    std::optional<double> throttled_seconds;
  };
  [[nodiscard]] Cpu cpu() const;

  /// Of "cpu", "memory" or "io". Nothing of the topmost cgroup, whose pressure is the machine's.
  [[nodiscard]] Pressure pressure(std::string_view resource) const;

 private:
  struct Folder {
    std::string path;
    std::size_t top = 0;  // the length of the mount's folder, where the way up ends
    bool v2 = false;
  };
  static std::optional<Folder> find(const CgroupMounts& mounts, std::string_view self, std::string_view controller);
  template <class Visit>
  static void up(const Folder& from, Visit visit);

  std::optional<Folder> memory_;
  std::optional<Folder> cpu_;
  std::optional<Folder> unified_;
};

}  // namespace vitals::detail
