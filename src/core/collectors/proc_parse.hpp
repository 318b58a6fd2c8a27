#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the kernel tells in /proc and /sys/fs/cgroup, from the texts themselves. Any text gives an answer: what is
// missing, or not as the kernel writes it, is nullopt.
namespace vitals::detail {

using Number = std::optional<std::uint64_t>;

/// The number at the start, after blanks, if a blank, the end of the line or nothing follows it. "max" is none.
Number parse_number(std::string_view text) noexcept;

/// The number of the line that starts with `key`: "key: 12", "key 12", and "key: 12 kB", which is 12 * 1024.
struct KeyedNumber {
  std::string_view key;
  Number value{};
};
void take_line(std::string_view line, std::span<KeyedNumber> wanted) noexcept;

/// Of /proc/<pid>/stat: the start of the process after the machine's, in clock ticks. The command's name in it may hold
/// anything.
Number parse_start_ticks(std::string_view stat) noexcept;

/// Of cpu.max ("quota period"): how many CPUs that is.
std::optional<double> parse_cpu_max(std::string_view text) noexcept;

/// Of a file of pressure stall information: microseconds in which some, or all, tasks waited.
struct Pressure {
  Number some;
  Number full;
};
Pressure parse_pressure(std::string_view text) noexcept;

/// Of /proc/<pid>/cgroup: the path of the cgroup in the version 1 hierarchy of `controller`, or with an empty
/// `controller` in version 2's.
std::optional<std::string_view> parse_cgroup_path(std::string_view cgroup, std::string_view controller) noexcept;

/// Where a hierarchy is mounted, and which of its cgroups shows there.
struct CgroupMount {
  std::string folder;
  std::string root;
};
struct CgroupMounts {
  std::optional<CgroupMount> memory{};   // version 1
  std::optional<CgroupMount> cpu{};      // version 1
  std::optional<CgroupMount> unified{};  // version 2
};
CgroupMounts parse_cgroup_mounts(std::string_view mountinfo);

/// The folder of the cgroup `path`, if the mount shows it.
std::optional<std::string> folder_of(const CgroupMount& mount, std::string_view path);

}  // namespace vitals::detail
