#include "core/cells/log_cells.hpp"

#include <bit>
#include <cstring>
#include <new>

#include "core/cells/cell_arena.hpp"

namespace vitals::detail {

namespace {

// Tags that a layout of that schema may have: one for each bucket that may be used, one for that of zero, and one for
// each classic bound, which may part one of these in two.
std::size_t most_tags(const LogRules& rules, std::int32_t schema) noexcept {
  const std::size_t parted = rules.classic == nullptr ? 0 : rules.classic->bounds().size();
  return (schema > kCoarsestSchema ? rules.buckets : kMostLogBuckets) + 1 + parted;
}

// At most three quarters full, and one slot more, so that searches stay short.
std::uint32_t capacity_for(std::size_t tags) noexcept {
  return static_cast<std::uint32_t>(std::bit_ceil(tags + tags / 3 + 1));
}

LogLayout* make_layout(void* at, const LogRules& rules, std::int32_t schema, std::uint32_t capacity) noexcept {
  auto* layout = new (at) LogLayout{};
  layout->classic = rules.classic;
  layout->zero_threshold = magnitude(rules.zero_threshold);
  layout->mask = capacity - 1;
  layout->steps = static_cast<std::uint32_t>(kFinestSchema - schema);
  if (rules.zero_threshold < kLargestSubnormal) layout->common = 1U << 20;
  layout->offset = (1 << layout->steps) - 1 + kKeyBias - kExponentBias * kBoundsPerOctave;
  layout->limit = static_cast<std::uint32_t>(std::min(std::size_t{capacity} / 4 * 3, most_tags(rules, schema)));
  layout->head.state.store(kLive, std::memory_order_relaxed);
  return layout;
}

// Gives the tags of `full` slots in `next`, which nobody else sees yet. Returns whether there are few enough of them.
bool take_tags(const LogLayout& full, LogLayout& next) noexcept {
  const std::uint32_t more = next.steps - full.steps;
  for (std::uint32_t slot = 0; slot <= full.mask; ++slot) {
    const LogTag tag{full.tags()[slot].load(std::memory_order_relaxed)};
    if (tag.bits == 0) continue;
    if (next.claim(tag.coarser(full.steps, more)) > next.mask) return false;
    if (next.claimed.load(std::memory_order_relaxed) > next.limit) return false;
  }
  return true;
}

}  // namespace

std::uint32_t LogLayout::find(LogTag tag) const noexcept {
  const std::uint32_t last = mask;  // read once: the memory may turn into zeros
  std::uint32_t slot = tag.home() & last;
  for (std::uint32_t n = 0; n <= last; ++n, slot = (slot + 1) & last) {
    const std::uint32_t seen = tags()[slot].load(std::memory_order_relaxed);
    if (seen == tag.bits) return slot;
    if (seen == 0) break;
  }
  return last + 1;
}

std::uint32_t LogLayout::claim(LogTag tag) noexcept {
  const std::uint32_t last = mask;
  if (const std::uint32_t found = find(tag); found <= last) return found;
  if (claimed.fetch_add(1, std::memory_order_relaxed) < last) {
    std::uint32_t slot = tag.home() & last;
    for (std::uint32_t n = 0; n <= last; ++n, slot = (slot + 1) & last) {
      std::uint32_t seen = 0;
      if (tags()[slot].compare_exchange_strong(seen, tag.bits, std::memory_order_relaxed)) return slot;
      if (seen != tag.bits) continue;
      claimed.fetch_sub(1, std::memory_order_relaxed);  // another thread was faster
      return slot;
    }
  }
  claimed.fetch_sub(1, std::memory_order_relaxed);
  return last + 1;
}

LogCells::LogCells(const LogRules& rules, bool alone) noexcept
    : rules_{&rules},
      newest_{make_layout(this + 1, rules, rules.schema, rules.capacity)},
      no_stripes_{},
      unplaced_{0, 0} {
  LogLayout& layout = *newest_.load(std::memory_order_relaxed);
  if (alone) spread(layout.head, layout.cell_bytes(), Spread::Now);
}

void LogCells::retire() noexcept {
  LogLayout* layout = newest_.exchange(nullptr, std::memory_order_acq_rel);
  while (layout != nullptr) {
    LogLayout* older = layout->older;
    detail::retire(layout->head, layout->cell_bytes());
    if (older != nullptr) rules_->memory->release(layout, LogLayout::bytes(layout->capacity(), rules_->slices));
    layout = older;
  }
}

void LogCells::cool() noexcept {
  for (LogLayout* layout = newest(); layout != nullptr; layout = layout->older) detail::cool(layout->head);
}

std::uint64_t LogCells::count() const noexcept {
  std::uint64_t count = unplaced().count;
  for_each(newest(), [&](const LogLayout& layout, std::uint32_t slot, LogTag) { count += pair(layout, slot).count; });
  return count;
}

void LogCells::add_slow(LogLayout& layout, std::uint32_t slot, double v) noexcept {
  add_pair_slow(layout.head, layout.cell_bytes(), slot * sizeof(PairCell), layout.cells()[slot], v);
}

void LogCells::observe_in_both(LogLayout& layout, LogTag tag, const BucketIndex& index, double v) noexcept {
  place(layout, {tag.bits | static_cast<std::uint32_t>(index(v))}, v);
}

void LogCells::observe_rare(LogLayout& layout, double v) noexcept { place(layout, layout.tag_of(v), v); }

// The cell is not where it is looked for first, because another one lies there, or it does not exist.
void LogCells::observe_elsewhere(LogLayout& layout, LogTag tag, double v) noexcept {
  const std::uint32_t slot = layout.find(tag);
  if (slot > layout.mask) [[unlikely]]
    return observe_new(v, {1, v});
  if (!add_pair(layout.head, slot * sizeof(PairCell), v)) [[unlikely]]
    add_slow(layout, slot, v);
}

void LogCells::observe(double v, std::uint64_t n) noexcept { observe_new(v, {n, v * static_cast<double>(n)}); }

// The newest layout has no cell for v yet, or had none a moment ago. The pair is one observation of v, or several.
void LogCells::observe_new(double v, PairCell pair) noexcept {
  LogLayout* layout = newest();
  while (layout != nullptr && layout->limit != 0) {
    const LogTag tag = layout->tag_of(v);
    std::uint32_t slot = layout->find(tag);
    if (slot > layout->mask) {
      if (layout->claimed.load(std::memory_order_relaxed) >= layout->limit) {
        LogLayout* next = grow(*layout);
        if (next != layout) {
          layout = next;
          continue;
        }
      }
      slot = layout->claim(tag);
    }
    if (slot <= layout->mask)
      return add_pair_slow(layout->head, layout->cell_bytes(), slot * sizeof(PairCell), layout->cells()[slot], pair);
    return add_pair_slow(no_stripes_, sizeof(PairCell), 0, unplaced_, pair);
  }
}

// Replaces a layout that has as many tags as it may: by a larger one, or, at the largest, by one of the finest schema
// that has few enough. Returns the newest layout, which may be another thread's, or `full` if there is no memory.
LogLayout* LogCells::grow(LogLayout& full) noexcept {
  const LogRules* rules = rules_;
  if (rules == nullptr) return nullptr;  // of a removed series
  // `claimed` is more for a moment than what it counts: another thread, or one that this handler interrupts, may be
  // about to find that its tag was placed by others.
  std::uint32_t tags = 0;
  for (std::uint32_t slot = 0; slot <= full.mask; ++slot)
    tags += full.tags()[slot].load(std::memory_order_relaxed) != 0;
  if (tags < full.limit) return &full;
  std::int32_t schema = full.schema();
  std::uint32_t capacity = capacity_for(most_tags(*rules, schema));
  if (full.limit < most_tags(*rules, schema)) {
    capacity = std::min((full.capacity() < 256 ? 4 : 2) * full.capacity(), capacity);
  } else if (schema > kCoarsestSchema) {
    --schema;
  } else {
    return &full;
  }
  capacity = std::max(capacity, full.capacity());
  const std::size_t bytes = LogLayout::bytes(capacity, rules->slices);
  void* memory = rules->memory->allocate(bytes);
  if (memory == nullptr) return &full;
  LogLayout* next = make_layout(memory, *rules, schema, capacity);
  while (!take_tags(full, *next) && schema > kCoarsestSchema) {
    std::memset(memory, 0, bytes);
    next = make_layout(memory, *rules, --schema, capacity);
  }
  next->older = &full;
  LogLayout* newest = &full;
  if (!newest_.compare_exchange_strong(newest, next, std::memory_order_acq_rel, std::memory_order_acquire)) {
    rules->memory->release(memory, bytes);
    return newest;
  }
  if (full.head.stripes.load(std::memory_order_relaxed) != 0) spread(next->head, next->cell_bytes(), Spread::IfIdle);
  return next;
}

}  // namespace vitals::detail
