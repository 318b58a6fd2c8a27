#include <charconv>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vitals/process.hpp>

#include "core/access.hpp"
#include "core/registry_state.hpp"

namespace vitals {

namespace {

std::string read_file(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::optional<double> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() ? std::optional<double>{static_cast<double>(value)} : std::nullopt;
}

// The number after `key` and blanks.
std::optional<double> value_of(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const auto digit = text.find_first_not_of(" \t", at + key.size());
  return digit == std::string_view::npos ? std::nullopt : number(text.substr(digit));
}

// /proc/self/stat after the command's name, which may hold blanks and parentheses. Field n of proc(5) is fields[n - 3].
std::vector<std::string> stat_fields() {
  const std::string stat = read_file("/proc/self/stat");
  const auto end = stat.rfind(')');
  if (end == std::string::npos) return {};
  std::istringstream rest{stat.substr(end + 1)};
  return {std::istream_iterator<std::string>{rest}, {}};
}

std::optional<double> open_fds() {
  DIR* directory = opendir("/proc/self/fd");
  if (directory == nullptr) return std::nullopt;
  double count = -1;  // the one that reads the directory
  while (const dirent* entry = readdir(directory)) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}

// The least memory.max on the way up from this process's cgroup: version 2, then version 1, then the machine.
double memory_limit() {
  std::optional<double> limit;
  const auto lower = [&limit](std::optional<double> value) {
    if (value && (!limit || *value < *limit)) limit = value;
  };
  std::istringstream groups{read_file("/proc/self/cgroup")};
  for (std::string line; std::getline(groups, line);) {
    const bool v2 = line.starts_with("0::");
    const auto memory = line.find(":memory:");
    if (!v2 && memory == std::string::npos) continue;
    std::string path = v2 ? line.substr(3) : line.substr(memory + 8);
    const std::string root = v2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    const std::string file = v2 ? "/memory.max" : "/memory.limit_in_bytes";
    for (;; path.resize(path.rfind('/'))) {
      lower(number(read_file(root + (path == "/" ? "" : path) + file)));
      if (path.empty() || path.rfind('/') == std::string::npos) break;
    }
  }
  if (const auto total = value_of(read_file("/proc/meminfo"), "MemTotal:")) lower(*total * 1024);
  return limit.value_or(0);
}

std::optional<double> start_time(const std::vector<std::string>& stat) {
  const auto boot = value_of(read_file("/proc/stat"), "btime");
  if (!boot || stat.size() < 20) return std::nullopt;
  const auto ticks = number(stat[19]);
  return ticks ? std::optional<double>{*boot + *ticks / static_cast<double>(sysconf(_SC_CLK_TCK))} : std::nullopt;
}

std::optional<double> limit_of(int resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  // "No limit" is told as the largest number that it can be, as the other clients do.
  return limit.rlim_cur == RLIM_INFINITY ? 18446744073709551615.0 : static_cast<double>(limit.rlim_cur);
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void collect_process(std::vector<FamilySnapshot>& out) {
  const auto add = [&out](const char* name, const char* help, MetricType type, std::optional<double> value) {
    if (value) out.push_back({name, help, type, {MetricSnapshot{.value = *value}}});
  };
  using enum MetricType;
  const auto stat = stat_fields();
  const auto field = [&stat](std::size_t n) { return stat.size() > n - 3 ? number(stat[n - 3]) : std::nullopt; };
  auto resident = field(24);
  if (resident) *resident *= static_cast<double>(sysconf(_SC_PAGESIZE));

  add("process_cpu_seconds_total", "User and system CPU time.", Counter, cpu_seconds());
  add("process_max_fds", "Largest number of open file descriptors.", Gauge, limit_of(RLIMIT_NOFILE));
  add("process_memory_limit_bytes", "Memory that the process may use: its cgroup's limit, else the machine's memory.",
      Gauge, memory_limit());
  add("process_open_fds", "Open file descriptors.", Gauge, open_fds());
  add("process_resident_memory_bytes", "Resident memory.", Gauge, resident);
  add("process_start_time_seconds", "Start of the process, in seconds since the Unix epoch.", Gauge, start_time(stat));
  add("process_threads", "Threads.", Gauge, field(20));
  add("process_virtual_memory_bytes", "Virtual memory.", Gauge, field(23));
  add("process_virtual_memory_max_bytes", "Largest amount of virtual memory.", Gauge, limit_of(RLIMIT_AS));
}

}  // namespace

void register_process_metrics(Registry& registry) {
  std::call_once(detail::Access::state(registry).process_metrics, [&] { registry.keep_collector(collect_process); });
}

}  // namespace vitals
