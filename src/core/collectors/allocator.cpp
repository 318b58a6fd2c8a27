#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <malloc.h>

#include <vitals/process.hpp>
#include <vitals/registry.hpp>

#include "core/collectors/family_list.hpp"
#include "core/collectors/paced.hpp"
#include "core/instruments/access.hpp"
#include "core/registry/registry_state.hpp"

// Null unless the program, or one of its shared or preloaded libraries, has them: jemalloc's mallctl(3), and
// gperftools/malloc_extension_c.h.
extern "C" {
[[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size, void* new_value,
                          std::size_t new_size);
// NOLINTNEXTLINE(readability-identifier-naming): its name
[[gnu::weak]] int MallocExtension_GetNumericProperty(const char* property, std::size_t* value);
}

namespace vitals {

namespace {

using Bytes = std::optional<double>;

// What the allocators have in common, and what one of them alone can tell.
struct Heap {
  const char* allocator;
  Bytes from_system;
  Bytes allocated;
  Bytes free;
  Bytes cached{};
  Bytes released{};
  Bytes metadata{};
  Bytes mmapped{};
  Bytes trimmable{};
  std::optional<double> free_chunks{};
};

// a - b - c; the parts are not read at one moment.
Bytes difference(Bytes a, Bytes b, Bytes c = 0) {
  if (!a || !b || !c) return std::nullopt;
  return std::max(0.0, *a - *b - *c);
}

Heap read_jemalloc() {
  // Statistics stand still until the epoch is moved.
  std::uint64_t epoch = 1;
  std::size_t epoch_size = sizeof epoch;
  mallctl("epoch", &epoch, &epoch_size, &epoch, sizeof epoch);
  const auto stat = [](const char* name) -> Bytes {
    std::size_t value = 0;
    std::size_t size = sizeof value;
    if (mallctl(name, &value, &size, nullptr, 0) != 0) return std::nullopt;  // built without statistics
    return static_cast<double>(value);
  };
  Heap heap{"jemalloc", stat("stats.resident"), stat("stats.allocated"), std::nullopt};
  heap.metadata = stat("stats.metadata");
  heap.free = difference(heap.from_system, heap.allocated, heap.metadata);
  heap.released = stat("stats.retained");
  return heap;
}

Heap read_tcmalloc() {
  const auto property = [](const char* name) -> Bytes {
    std::size_t value = 0;
    if (MallocExtension_GetNumericProperty(name, &value) == 0) return std::nullopt;
    return static_cast<double>(value);
  };
  Heap heap{"tcmalloc", std::nullopt, property("generic.current_allocated_bytes"), std::nullopt};
  heap.released = property("tcmalloc.pageheap_unmapped_bytes");
  heap.from_system = difference(property("generic.heap_size"), heap.released);
  heap.free = difference(heap.from_system, heap.allocated);
  heap.cached = property("tcmalloc.current_total_thread_cache_bytes");
  return heap;
}

std::optional<Heap> read_glibc() {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)  // before, mallinfo() overflows at 2 GiB
  const auto info = mallinfo2();
  // Nothing in use: malloc is someone else's, for example a sanitizer's.
  if (info.uordblks + info.hblkhd == 0) return std::nullopt;
  const auto bytes = [](std::size_t n) { return static_cast<double>(n); };
  Heap heap{"glibc", bytes(info.arena + info.hblkhd), bytes(info.uordblks + info.hblkhd), bytes(info.fordblks)};
  heap.cached = bytes(info.fsmblks);
  heap.mmapped = bytes(info.hblkhd);
  heap.trimmable = bytes(info.keepcost);
  heap.free_chunks = bytes(info.ordblks);
  return heap;
#else
  return std::nullopt;
#endif
}

std::optional<Heap> read_heap() {
  if (mallctl != nullptr) return read_jemalloc();
  if (MallocExtension_GetNumericProperty != nullptr) return read_tcmalloc();
  return read_glibc();
}

std::chrono::nanoseconds clock_now(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

void collect_allocator(std::vector<FamilySnapshot>& families, detail::Paced<std::optional<Heap>>& paced) {
  // CPU time: a reading is not dear because the machine is busy.
  const auto& heap =
      paced.get(clock_now(CLOCK_MONOTONIC), read_heap, [] { return clock_now(CLOCK_THREAD_CPUTIME_ID); });
  if (!heap) return;
  detail::FamilyList out{families};
  const auto add = [&](const char* name, const char* help, std::optional<double> value) {
    out.gauge(name, help, {{value, {{"allocator", heap->allocator}}}});
  };
  out.gauge("process_heap_bytes", "Memory that the allocator has from the system.", {{heap->from_system}});
  add("allocator_allocated_bytes", "Memory that the program has from the allocator.", heap->allocated);
  add("allocator_free_bytes", "Memory that the allocator holds for reuse.", heap->free);
  add("allocator_cached_bytes", "The part of the free memory that is in quick lists.", heap->cached);
  add("allocator_released_bytes", "Address space whose memory the allocator gave back.", heap->released);
  add("allocator_metadata_bytes", "Memory for the allocator's own use.", heap->metadata);
  add("allocator_mmapped_bytes", "The part of the allocated memory that has mappings of its own.", heap->mmapped);
  add("allocator_trimmable_bytes", "The part of the free memory that malloc_trim() gives back.", heap->trimmable);
  add("allocator_free_chunks", "Pieces that the free memory is in.", heap->free_chunks);
}

}  // namespace

void register_allocator_metrics(Registry& registry) {
  std::call_once(detail::Access::state(registry).allocator_metrics, [&] {
    registry.keep_collector(
        [paced = detail::Paced<std::optional<Heap>>{}](auto& families) mutable { collect_allocator(families, paced); });
  });
}

}  // namespace vitals
