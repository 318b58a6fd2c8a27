#include <utility>

#include <fmt/core.h>

#include "tool/dashboards/live_queries.hpp"
#include "tool/dashboards/pages.hpp"
#include "tool/dashboards/shared_panels.hpp"

namespace vitals::tool {
namespace {

constexpr const char* kInstance = "{{instance}}";
constexpr const char* kNoQuota = "The kernel tells nothing of it: no CPU quota, or no cgroup";

class ProcessPanels {
 public:
  explicit ProcessPanels(const PageSource& source) : live_{source.live} {}

  Panel gauge(std::string title, std::string description, std::string unit, const char* metric) const {
    return lines(std::move(title), std::move(description), std::move(unit), value(metric), kInstance);
  }
  Panel rate(std::string title, std::string description, std::string unit, const char* metric,
             const std::string& label) const {
    return lines(std::move(title), std::move(description), std::move(unit),
                 live_.rate_by("instance, " + label, metric, kLive), fmt::format("{{{{instance}}}} {{{{{}}}}}", label));
  }
  [[nodiscard]] std::string value(const char* metric) const {
    return fmt::format("sum by (instance) ({})", live_.series(metric));
  }

  [[nodiscard]] const Selectors& live() const noexcept { return live_; }

 private:
  const Selectors& live_;
};

std::vector<Panel> memory(const PageSource& source) {
  const ProcessPanels make{source};
  auto whole = memory_panel(source, 8);
  whole.link.clear();
  whole.queries.push_back(
      {.expr = make.value("process_resident_memory_peak_bytes"), .legend = "{{instance}} peak", .is_dashed = true});
  auto kinds =
      lines("Resident memory by kind", "By what backs it: process_resident_memory_kind_bytes.", "bytes",
            fmt::format("sum by (instance, kind) ({})", make.live().series("process_resident_memory_kind_bytes")),
            "{{instance}} {{kind}}");
  kinds.is_stacked = true;
  auto cgroup = make.gauge("Memory of the cgroup",
                           "Of the one that sets the limit, with its page cache and all of its processes: "
                           "process_cgroup_memory_usage_bytes.",
                           "bytes", "process_cgroup_memory_usage_bytes");
  cgroup.if_empty = "The process is in no cgroup that tells it";
  auto heap = make.gauge("Heap",
                         "What the allocator has from the system: process_heap_bytes, of "
                         "register_allocator_metrics.",
                         "bytes", "process_heap_bytes");
  heap.if_empty = "The service doesn't register the allocator's metrics";
  return {std::move(whole),
          std::move(kinds),
          std::move(cgroup),
          std::move(heap),
          make.gauge("Swap", "Memory that is swapped out: process_swap_bytes.", "bytes", "process_swap_bytes"),
          make.rate("Page faults", "A second; major ones waited for storage: process_page_faults_total.", "ops",
                    "process_page_faults_total", "kind")};
}

std::vector<Panel> cpu(const PageSource& source) {
  const ProcessPanels make{source};
  const auto& live = make.live();
  auto used = make.rate("CPUs in use", "By mode: process_cpu_mode_seconds_total.", "short",
                        "process_cpu_mode_seconds_total", "mode");
  used.is_stacked = true;
  auto limit = make.gauge("CPU limit", "CPUs that the least quota allows: process_cpu_limit_cores.", "short",
                          "process_cpu_limit_cores");
  limit.if_empty = kNoQuota;
  auto throttled =
      lines("Throttled",
            "Periods of the CPU quota in which it was used up, of all in which the cgroup ran: "
            "process_cgroup_cpu_throttled_periods_total.",
            "percentunit",
            fmt::format("{} / ({} > 0)", live.rate_by("instance", "process_cgroup_cpu_throttled_periods_total", kLive),
                        live.rate_by("instance", "process_cgroup_cpu_periods_total", kLive)),
            kInstance);
  throttled.if_empty = kNoQuota;
  auto stopped =
      lines("Stopped by the quota",
            "Seconds a second, of all CPUs together: "
            "process_cgroup_cpu_throttled_seconds_total.",
            "short", live.rate_by("instance", "process_cgroup_cpu_throttled_seconds_total", kLive), kInstance);
  stopped.if_empty = kNoQuota;
  auto pressure = make.rate("Pressure",
                            "The share of time in which at least one task waited for the resource, of the "
                            "cgroup or else the machine: process_pressure_waiting_seconds_total.",
                            "percentunit", "process_pressure_waiting_seconds_total", "resource");
  pressure.if_empty = "The kernel measures no pressure";
  return {std::move(used),
          std::move(limit),
          std::move(throttled),
          std::move(stopped),
          std::move(pressure),
          make.rate("Context switches",
                    "A second. Voluntary: a thread waited; involuntary: it had to make room. "
                    "process_context_switches_total.",
                    "ops", "process_context_switches_total", "kind")};
}

std::vector<Panel> rest(const PageSource& source) {
  const ProcessPanels make{source};
  auto descriptors = lines("File descriptors", "Open, and the most that may be: process_open_fds, process_max_fds.",
                           "short", make.value("process_open_fds"), kInstance);
  descriptors.queries.push_back(
      {.expr = make.value("process_max_fds"), .legend = "{{instance}} most", .is_dashed = true});
  auto uptime = lines("Uptime", "Since the start of the process: process_start_time_seconds.", "s",
                      fmt::format("time() - {}", make.value("process_start_time_seconds")), kInstance);
  return {std::move(descriptors),
          make.gauge("Threads", "process_threads", "short", "process_threads"),
          std::move(uptime),
          make.rate("Reads and writes",
                    "Bytes a second of read and write calls, to files, pipes and terminals alike: "
                    "process_io_bytes_total.",
                    "Bps", "process_io_bytes_total", "direction"),
          make.rate("Storage", "Bytes a second that storage had to read and write: process_io_storage_bytes_total.",
                    "Bps", "process_io_storage_bytes_total", "direction"),
          lines("Answers of /metrics, p95", "To gather, render and compress: vitals_scrape_duration_seconds.", "s",
                percentile(make.live(), 0.95, "instance", "vitals_scrape_duration_seconds"), kInstance)};
}

std::vector<Panel> lost(const PageSource& source) {
  const ProcessPanels make{source};
  const auto& live = make.live();
  const auto some = [&](const char* title, const char* description, const char* by, const char* metric,
                        const char* legend, const char* none) {
    return if_any(lines(title, description, "ops", live.rate_by(by, metric, kLive), legend), none);
  };
  return {some("Series over a limit",
               "Look-ups a second that met the series limit of a family: "
               "vitals_series_overflow_total.",
               "instance, family", "vitals_series_overflow_total", "{{instance}} {{family}}", "No family is full"),
          some("Dropped updates",
               "Updates a second that no metric can take, such as NaN: "
               "vitals_invalid_updates_total.",
               "instance", "vitals_invalid_updates_total", "{{instance}}", "No update was dropped"),
          some("Scrapes that lack something",
               "A second: collectors or callbacks that failed, families left out. "
               "vitals_collector_errors_total.",
               "instance", "vitals_collector_errors_total", "{{instance}}", "Every scrape was whole")};
}

}  // namespace

Dashboard process_page(const PageSource& source) {
  return {.name = "process",
          .title = "Process",
          .description = "Memory, CPU, descriptors and what the cgroup allows, by instance.",
          .rows = {{"Memory", memory(source)},
                   {"CPU", cpu(source)},
                   {"Descriptors, threads, I/O", rest(source)},
                   {"What metrics lose", lost(source)}}};
}

}  // namespace vitals::tool
