#include "core/collectors/cgroup.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <unistd.h>

#include "core/collectors/proc_file.hpp"

namespace vitals::detail {

namespace {

constexpr int kMaxDepth = 64;  // a path that is deeper is cut off, so that a scrape's time has a bound

std::optional<double> cpu_limit(const std::string& folder, bool v2) {
  if (v2) return parse_cpu_max(SmallFile{(folder + "/cpu.max").c_str()}.text());
  const auto quota = read_number(folder + "/cpu.cfs_quota_us");  // -1: none
  const auto period = quota ? read_number(folder + "/cpu.cfs_period_us") : std::nullopt;
  if (!period || *period == 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

}  // namespace

Cgroup::Cgroup(const CgroupMounts& mounts, std::string_view self)
    : memory_{find(mounts, self, "memory")}, cpu_{find(mounts, self, "cpu")}, unified_{find(mounts, self, "")} {
  // cgroup.events is there in all cgroups of version 2 but the topmost.
  if (unified_ && ::access((unified_->path + "/cgroup.events").c_str(), F_OK) != 0) unified_.reset();
}

// A controller belongs to one version: where version 1 has it, version 2 hasn't.
std::optional<Cgroup::Folder> Cgroup::find(const CgroupMounts& mounts, std::string_view self,
                                           std::string_view controller) {
  const auto v1_path = controller.empty() ? std::nullopt : parse_cgroup_path(self, controller);
  const auto path = v1_path ? v1_path : parse_cgroup_path(self, "");
  const auto& mount = !v1_path ? mounts.unified : controller == "memory" ? mounts.memory : mounts.cpu;
  if (!path || !mount) return std::nullopt;
  auto folder = folder_of(*mount, *path);
  if (!folder) return std::nullopt;
  return Folder{std::move(*folder), mount->folder.size(), !v1_path};
}

template <class Visit>
void Cgroup::up(const Folder& from, Visit visit) {
  std::string folder = from.path;
  for (int depth = 0; depth < kMaxDepth; ++depth) {
    visit(std::as_const(folder));
    if (folder.size() <= from.top) return;
    folder.resize(std::max(folder.rfind('/'), from.top));
  }
}

Cgroup::Memory Cgroup::memory() const {
  if (!memory_) return {};
  const char* const limit_file = memory_->v2 ? "/memory.max" : "/memory.limit_in_bytes";
  const char* const usage_file = memory_->v2 ? "/memory.current" : "/memory.usage_in_bytes";
  // Version 1 writes "no limit" as the largest number of pages, whatever their size.
  constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 62;
  Memory memory;
  std::string limited = memory_->path;
  up(*memory_, [&](const std::string& folder) {
    const auto limit = read_number(folder + limit_file);
    if (!limit || *limit >= kNoLimit || (memory.limit && *memory.limit <= *limit)) return;
    memory.limit = limit;
    limited = folder;
  });
  memory.usage = read_number(limited + usage_file);
  return memory;
}

Cgroup::Cpu Cgroup::cpu() const {
  Cpu cpu;
  if (!cpu_) return cpu;
  std::string limited;
  up(*cpu_, [&](const std::string& folder) {
    const auto limit = cpu_limit(folder, cpu_->v2);
    if (!limit || (cpu.limit && *cpu.limit <= *limit)) return;
    cpu.limit = limit;
    limited = folder;
  });
  if (!cpu.limit) return cpu;
  std::array<KeyedNumber, 3> stat{{{"nr_periods"}, {"nr_throttled"}, {cpu_->v2 ? "throttled_usec" : "throttled_time"}}};
  read_keys((limited + "/cpu.stat").c_str(), stat);
  cpu.periods = stat[0].value;
  cpu.throttled_periods = stat[1].value;
  if (stat[2].value) cpu.throttled_seconds = static_cast<double>(*stat[2].value) / (cpu_->v2 ? 1e6 : 1e9);
  return cpu;
}

Pressure Cgroup::pressure(std::string_view resource) const {
  if (!unified_) return {};
  const std::string path = unified_->path + "/" + std::string{resource} + ".pressure";
  return parse_pressure(SmallFile{path.c_str()}.text());
}

}  // namespace vitals::detail
