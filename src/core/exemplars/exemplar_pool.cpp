#include "core/exemplars/exemplar_pool.hpp"

#include <cstring>
#include <new>
#include <span>
#include <thread>
#include <utility>

#include "core/exemplars/exemplar_text.hpp"

namespace vitals::detail {

namespace {

// How often whoever must have a slot tries again. A recorder has it for some 50 ns, unless it was interrupted.
constexpr int kPatience = 1000;

// Sequentially consistent, see release().
bool try_lock(ExemplarSlot& slot) noexcept { return !slot.locked.exchange(true); }

bool lock(ExemplarSlot& slot) noexcept {
  for (int i = 0; i < kPatience; ++i) {
    if (try_lock(slot)) return true;
    std::this_thread::yield();
  }
  return false;
}

void unlock(ExemplarSlot& slot) noexcept { slot.locked.store(false, std::memory_order_release); }

}  // namespace

ExemplarSlots* ExemplarPool::take(ExemplarHolder& holder) noexcept {
  const std::unique_lock lock{mutex_, std::try_to_lock};
  if (!lock) return nullptr;
  ExemplarSlots* held = holder.load(std::memory_order_acquire);
  if (held != &none_) return held;
  ExemplarSlots* slots = free_;
  if (slots != nullptr) {
    free_ = slots->next;
  } else {
    void* memory = memory_.allocate(sizeof(ExemplarSlots) + slots_ * sizeof(ExemplarSlot));
    if (memory == nullptr) return nullptr;
    slots = new (memory) ExemplarSlots{this};
  }
  slots->owner.store(&holder);
  holder.store(slots, std::memory_order_release);
  return slots;
}

// Recorders set `locked` and then read `owner`; here `owner` is written and then `locked` read. All four are
// sequentially consistent: so whoever found this owner is seen to have the slot, and others find that it has gone.
void ExemplarPool::release(ExemplarHolder& holder) noexcept {
  const std::lock_guard guard{mutex_};
  ExemplarSlots* slots = holder.exchange(nullptr, std::memory_order_acq_rel);
  if (slots == nullptr || slots == &none_) return;
  slots->owner.store(nullptr);
  bool clean = true;
  for (ExemplarSlot* slot = slots->begin(); slot != slots->begin() + slots_; ++slot) {
    if (!slot->locked.load() && !slot->filled.load(std::memory_order_relaxed)) continue;  // and so no page is made
    if (lock(*slot)) {
      give_back(*slot);
      unlock(*slot);
    } else {
      clean = false;  // a recorder that was stopped there, or lost in a fork: the block is never used again
    }
  }
  if (!clean) return;
  slots->next = free_;
  free_ = slots;
}

// Under both locks.
void ExemplarPool::give_back(ExemplarSlot& slot) noexcept {
  slot.filled.store(false, std::memory_order_relaxed);
  slot.due.store(0, std::memory_order_relaxed);
  if (slot.more == nullptr) return;
  std::memcpy(slot.more, &free_texts_, sizeof free_texts_);
  free_texts_ = std::exchange(slot.more, nullptr);
}

char* ExemplarPool::take_text() noexcept {
  const std::unique_lock lock{mutex_, std::try_to_lock};
  if (!lock) return nullptr;
  if (free_texts_ == nullptr) return static_cast<char*>(memory_.allocate(ExemplarText::kMaxBytes));
  char* text = free_texts_;
  std::memcpy(&free_texts_, text, sizeof free_texts_);
  return text;
}

// Under the slot's lock.
bool ExemplarPool::write(ExemplarSlot& slot, double value, std::string_view text) noexcept {
  if (text.size() > ExemplarSlot::kInline && slot.more == nullptr) {
    slot.more = take_text();
    if (slot.more == nullptr) return false;
  }
  if (!text.empty()) std::memcpy(text.size() > ExemplarSlot::kInline ? slot.more : slot.text, text.data(), text.size());
  slot.bytes = static_cast<std::uint16_t>(text.size());
  slot.value.store(value, std::memory_order_relaxed);
  slot.timestamp.store(environment_.clock->unix_nanos(), std::memory_order_relaxed);
  slot.filled.store(true, std::memory_order_relaxed);
  used_.store(true, std::memory_order_relaxed);
  return true;
}

void ExemplarPool::record(ExemplarHolder& holder, std::size_t index, double value, ExemplarLabels labels,
                          bool automatic) noexcept {
  const auto count = [this](ExemplarDrop why) {
    environment_.dropped_exemplars[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  };
  const ExemplarText text{labels};
  if (text.drop() != ExemplarDrop::None) return count(text.drop());
  ExemplarSlots* slots = holder.load(std::memory_order_acquire);
  if (slots == &none_) slots = take(holder);
  if (slots == nullptr) return count(ExemplarDrop::Busy);

  const bool by_value = index == kSlotByValue;
  auto& due = slots->begin()[by_value ? 0 : index].due;
  ExemplarSlot& slot =
      slots->begin()[by_value ? slots->place_for(slots_, value, environment_.clock->unix_nanos()) : index];
  if (!try_lock(slot)) return automatic ? void() : count(ExemplarDrop::Busy);
  if (slots->owner.load() == &holder) {
    const std::int64_t now = environment_.clock->steady_nanos();
    if (!automatic || now >= due.load(std::memory_order_relaxed)) {
      if (!write(slot, value, text.view())) count(ExemplarDrop::Busy);
      due.store(now + environment_.exemplar_interval.count(), std::memory_order_relaxed);
    }
  }
  unlock(slot);
}

void ExemplarPool::offer(ExemplarHolder& holder, std::size_t index, double value) noexcept {
  const TraceSource& source = environment_.trace_source;
  ExemplarSlots* slots = holder.load(std::memory_order_acquire);
  if (slots == nullptr || source.current == nullptr) return;
  if (slots != &none_) {
    const auto& due = slots->begin()[index == kSlotByValue ? 0 : index].due;
    if (environment_.clock->steady_nanos() < due.load(std::memory_order_relaxed)) [[likely]]
      return;
  }
  TraceContext trace{};
  if (!source.current(trace, source.context)) return;
  const LabelPair labels[] = {{"trace_id", {trace.trace_id, strnlen(trace.trace_id, sizeof trace.trace_id)}},
                              {"span_id", {trace.span_id, strnlen(trace.span_id, sizeof trace.span_id)}}};
  record(holder, index, value, std::span{labels, std::size_t{trace.span_id[0] != '\0'} + 1}, true);
}

void ExemplarPool::read(const ExemplarHolder& holder, std::vector<Exemplar>& out) {
  if (!is_used()) return out.clear();
  std::size_t n = 0;
  ExemplarSlots* slots = holder.load(std::memory_order_acquire);
  for (std::size_t i = 0; slots != nullptr && slots != &none_ && i < slots_; ++i) {
    ExemplarSlot& slot = slots->begin()[i];
    if (!slot.filled.load(std::memory_order_relaxed) || !lock(slot)) continue;
    if (slots->owner.load() != &holder || !slot.filled.load(std::memory_order_relaxed)) {  // its series was removed
      unlock(slot);
      continue;
    }
    char text[ExemplarText::kMaxBytes];
    const std::size_t bytes = slot.bytes;
    std::memcpy(text, bytes > ExemplarSlot::kInline ? slot.more : slot.text, bytes);
    const double value = slot.value.load(std::memory_order_relaxed);
    const UnixNanos timestamp = slot.timestamp.load(std::memory_order_relaxed);
    unlock(slot);
    if (n == out.size()) out.emplace_back();
    ExemplarText::read({text, bytes}, out[n].labels);
    out[n].value = value;
    out[n++].timestamp = timestamp;
  }
  out.resize(n);
}

void record_exemplar(ExemplarHolder& holder, std::size_t slot, double value, ExemplarLabels labels) noexcept {
  if (ExemplarSlots* slots = holder.load(std::memory_order_acquire))
    slots->pool->record(holder, slot, value, labels, false);
}

void offer_exemplar(ExemplarHolder& holder, std::size_t slot, double value) noexcept {
  if (ExemplarSlots* slots = holder.load(std::memory_order_acquire)) slots->pool->offer(holder, slot, value);
}

}  // namespace vitals::detail
