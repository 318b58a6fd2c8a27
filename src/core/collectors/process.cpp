#include <array>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <vitals/process.hpp>
#include <vitals/registry.hpp>

#include "core/collectors/cgroup.hpp"
#include "core/collectors/family_list.hpp"
#include "core/collectors/proc_file.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

namespace vitals {

namespace {

using detail::FamilyList;
using detail::Number;

// When the machine started. Kept, since it moves whenever the clock is set: a start of the process that moves looks
// like a restart.
double boot_time() {
  static const double boot = [] {
    const auto now = [](clockid_t clock) {
      timespec time{};
      clock_gettime(clock, &time);
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
    };
    return std::round((now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME)) * 100) / 100;  // as fine as a tick
  }();
  return boot;
}

std::optional<double> start_time() {
  const auto ticks = detail::parse_start_ticks(detail::SmallFile{"/proc/self/stat"}.text());
  if (!ticks) return std::nullopt;
  return boot_time() + static_cast<double>(*ticks) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::optional<double> limit_of(int resource) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0) return std::nullopt;
  // "No limit" is shown as the largest number that a limit can be, as the other clients do.
  return limit.rlim_cur == RLIM_INFINITY ? 18446744073709551615.0 : static_cast<double>(limit.rlim_cur);
}

std::optional<double> seconds(Number microseconds) {
  if (!microseconds) return std::nullopt;
  return static_cast<double>(*microseconds) / 1e6;
}

// getrusage() counts all threads, those that have ended too; the switches in /proc/self/status are of one thread.
void add_usage(FamilyList& out, UnixNanos start) {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return;
  const auto to_seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  const double user = to_seconds(usage.ru_utime);
  const double system = to_seconds(usage.ru_stime);
  out.counter("process_cpu_seconds_total", "User and system CPU time.", {{user + system}}, start);
  out.counter("process_cpu_mode_seconds_total", "CPU time by mode.",
              {{user, {{"mode", "user"}}}, {system, {{"mode", "system"}}}}, start);

  // Nothing runs without either: two zeros say that this kernel doesn't count.
  const auto pair = [&](const char* name, const char* help, long first, const char* first_kind, long second,
                        const char* second_kind) {
    if (first + second <= 0) return;
    out.counter(
        name, help,
        {{static_cast<double>(first), {{"kind", first_kind}}}, {static_cast<double>(second), {{"kind", second_kind}}}},
        start);
  };
  pair("process_page_faults_total", "Page faults; major ones waited for storage.", usage.ru_minflt, "minor",
       usage.ru_majflt, "major");
  pair("process_context_switches_total", "Context switches: voluntary when a thread waited, else involuntary.",
       usage.ru_nvcsw, "voluntary", usage.ru_nivcsw, "involuntary");
}

void add_memory_and_threads(FamilyList& out) {
  enum { Size, Resident, Peak, Anon, File, Shmem, Swap, Threads, Count };
  std::array<detail::KeyedNumber, Count> status{
      {{"VmSize"}, {"VmRSS"}, {"VmHWM"}, {"RssAnon"}, {"RssFile"}, {"RssShmem"}, {"VmSwap"}, {"Threads"}}};
  // The reading thread's: that of the first thread has no memory when it has ended before the process.
  detail::read_keys("/proc/thread-self/status", status);
  out.gauge("process_virtual_memory_bytes", "Virtual memory.", {{status[Size].value}});
  out.gauge("process_virtual_memory_max_bytes", "Largest amount of virtual memory.", {{limit_of(RLIMIT_AS)}});
  out.gauge("process_resident_memory_bytes", "Resident memory.", {{status[Resident].value}});
  out.gauge("process_resident_memory_kind_bytes", "Resident memory by what backs it.",
            {{status[Anon].value, {{"kind", "anon"}}},
             {status[File].value, {{"kind", "file"}}},
             {status[Shmem].value, {{"kind", "shmem"}}}});
  out.gauge("process_resident_memory_peak_bytes", "The most resident memory that there was.", {{status[Peak].value}});
  out.gauge("process_swap_bytes", "Memory that is swapped out.", {{status[Swap].value}});
  out.gauge("process_threads", "Threads.", {{status[Threads].value}});
}

void add_io(FamilyList& out, UnixNanos start) {
  enum { ReadChars, WrittenChars, ReadCalls, WriteCalls, ReadBytes, WrittenBytes, Count };
  std::array<detail::KeyedNumber, Count> io{
      {{"rchar"}, {"wchar"}, {"syscr"}, {"syscw"}, {"read_bytes"}, {"write_bytes"}}};
  detail::read_keys("/proc/self/io", io);
  const auto both = [&](const char* name, const char* help, Number read, Number written) {
    out.counter(name, help, {{read, {{"direction", "read"}}}, {written, {{"direction", "write"}}}}, start);
  };
  both("process_io_bytes_total", "Bytes of read and write calls, to files, pipes and terminals alike.",
       io[ReadChars].value, io[WrittenChars].value);
  both("process_io_syscalls_total", "Read and write calls.", io[ReadCalls].value, io[WriteCalls].value);
  both("process_io_storage_bytes_total", "Bytes that storage had to read and write.", io[ReadBytes].value,
       io[WrittenBytes].value);
}

void add_descriptors(FamilyList& out) {
  out.gauge("process_open_fds", "Open file descriptors.", {{detail::count_open_fds()}});
  out.gauge("process_max_fds", "Largest number of open file descriptors.", {{limit_of(RLIMIT_NOFILE)}});
}

void add_cgroup(FamilyList& out, const detail::Cgroup& cgroup) {
  auto memory = cgroup.memory();
  struct sysinfo machine {};
  if (sysinfo(&machine) == 0) {
    const std::uint64_t total = std::uint64_t{machine.totalram} * machine.mem_unit;
    if (!memory.limit || *memory.limit > total) memory.limit = total;
  }
  out.gauge("process_memory_limit_bytes", "Memory that the process may use: its cgroup's limit, else the machine's.",
            {{memory.limit}});
  out.gauge("process_cgroup_memory_usage_bytes", "Memory of the cgroup that sets the limit, with its page cache.",
            {{memory.usage}});

  const auto cpu = cgroup.cpu();
  out.gauge("process_cpu_limit_cores", "CPUs that the quota of the process's cgroup allows.", {{cpu.limit}});
  out.counter("process_cgroup_cpu_periods_total", "Periods of the CPU quota in which the cgroup ran.", {{cpu.periods}});
  out.counter("process_cgroup_cpu_throttled_periods_total", "Periods in which the cgroup used up its CPU quota.",
              {{cpu.throttled_periods}});
  out.counter("process_cgroup_cpu_throttled_seconds_total", "Time for which the CPU quota stopped the cgroup.",
              {{cpu.throttled_seconds}});
}

void add_pressure(FamilyList& out, const detail::Cgroup& cgroup) {
  struct Source {
    detail::Pressure pressure;
    const char* scope;
  };
  const auto source = [&cgroup](const std::string& resource) -> Source {
    const auto own = cgroup.pressure(resource);
    if (own.some) return {own, "cgroup"};
    auto all = detail::parse_pressure(detail::SmallFile{("/proc/pressure/" + resource).c_str()}.text());
    // Of the machine's CPUs "all tasks wait" has no meaning, and the kernel writes 0.
    if (resource == "cpu") all.full.reset();
    return {all, "machine"};
  };
  const std::array<Source, 3> sources{source("cpu"), source("memory"), source("io")};
  const auto series = [&sources](std::size_t i, const char* resource, Number detail::Pressure::*total) {
    return FamilyList::Series{seconds(sources[i].pressure.*total),
                              {{"resource", resource}, {"scope", sources[i].scope}}};
  };
  using detail::Pressure;
  out.counter(
      "process_pressure_waiting_seconds_total", "Time in which at least one task waited for the resource.",
      {series(0, "cpu", &Pressure::some), series(1, "memory", &Pressure::some), series(2, "io", &Pressure::some)});
  out.counter(
      "process_pressure_stalled_seconds_total", "Time in which all tasks at once waited for the resource.",
      {series(0, "cpu", &Pressure::full), series(1, "memory", &Pressure::full), series(2, "io", &Pressure::full)});
}

void collect_process(std::vector<FamilySnapshot>& families, const detail::CgroupMounts& mounts) {
  families.reserve(families.size() + 32);
  FamilyList out{families};
  const auto start = start_time();
  const UnixNanos created = start ? static_cast<UnixNanos>(*start * 1e9) : 0;
  out.gauge("process_start_time_seconds", "Start of the process, in seconds since the Unix epoch.", {{start}});
  add_usage(out, created);
  add_memory_and_threads(out);
  add_io(out, created);
  add_descriptors(out);
  const detail::Cgroup cgroup{mounts, detail::SmallFile{"/proc/self/cgroup"}.text()};
  add_cgroup(out, cgroup);
  add_pressure(out, cgroup);
}

}  // namespace

void register_process_metrics(Registry& registry) {
  std::call_once(detail::Access::state(registry).process_metrics, [&] {
    boot_time();  // now: a child that is forked while a static is initialised would wait for ever
    // The table of mounts may be long, and cgroups stay where they are mounted.
    registry.keep_collector([mounts = detail::parse_cgroup_mounts(detail::read_all("/proc/self/mountinfo"))](
                                auto& families) { collect_process(families, mounts); });
  });
}

}  // namespace vitals
