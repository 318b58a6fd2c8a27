#pragma once

#include <vitals/detail/abi.hpp>

namespace vitals {

class Registry;

/// Exposes what the system knows of this process, in families process_…: CPU time, memory, file descriptors, threads,
/// start, page faults, context switches and I/O; limits, memory and throttling of its cgroup (version 1 or 2), and
/// pressure. docs/metrics.md lists them.
/// Read at each scrape, in about 140 µs (on Linux before 6.2 and 0.7 µs for each open descriptor); a forked child gives
/// its own values. What the system doesn't tell is left out. Calling it again changes nothing. Thread-safe.
void register_process_metrics(Registry& registry);

/// Exposes what the allocator knows of the heap, process_heap_bytes and allocator_…{allocator}: "jemalloc" or
/// "tcmalloc" if the process runs it, else "glibc". Where the allocator is another one, or a sanitizer's, nothing. Cost
/// of a scrape: 5 to 10 µs; but glibc walks the free chunks of each arena, while malloc and free of its threads wait:
/// 30 ms for 100,000 that lie scattered. A reading that took 1 ms or more is used for 100 times that long. Calling it
/// again changes nothing. Thread-safe.
void register_allocator_metrics(Registry& registry);

/// Exposes what vitals had to refuse: vitals_invalid_updates_total (of the whole process), and of this registry
/// vitals_series_overflow_total and vitals_series_expired_total by family, vitals_exemplars_dropped_total by reason and
/// vitals_collector_errors_total. An Endpoint does this for its registry. Calling it again changes nothing.
/// Thread-safe.
void register_library_metrics(Registry& registry);

}  // namespace vitals
