#pragma once

namespace vitals {

class Registry;

/// Exposes process_cpu_seconds_total, process_resident_memory_bytes, process_virtual_memory_bytes,
/// process_virtual_memory_max_bytes, process_open_fds, process_max_fds, process_threads, process_start_time_seconds and
/// process_memory_limit_bytes (the cgroup's limit, else the machine's memory). Read from /proc at each scrape; what the
/// system doesn't tell is left out. Calling it again changes nothing. Thread-safe.
void register_process_metrics(Registry& registry);

/// Exposes what vitals had to refuse: vitals_invalid_updates_total (of the whole process), vitals_series_overflow_total
/// by family and vitals_collector_errors_total of this registry. An Endpoint does this for its registry. Calling it
/// again changes nothing. Thread-safe.
void register_library_metrics(Registry& registry);

}  // namespace vitals
