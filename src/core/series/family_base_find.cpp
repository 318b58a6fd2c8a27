// Look-ups: of series that are there, are beyond the limit, or are new, and of values in which bytes are replaced.
#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "core/cells/cells.hpp"
#include "core/series/family_base.hpp"
#include "core/series/given_labels.hpp"
#include "core/series/valid_values.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {
constexpr std::size_t kMostAliases = 1024;
}

// Of the values value_at(0), value_at(1), …
template <std::size_t N, class ValueAt>
void* FamilyBase::find_or_create_short(ValueAt value_at, const FamilyHandle& asked) {
  std::uint64_t words[1 + N * (kShortLength + 7) / 8];
  std::uint64_t* const end = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return put_short_key(words, value_at(I)...);
  }
  (std::make_index_sequence<N>{});
  const auto values = [&value_at] {
    return [&]<std::size_t... I>(std::index_sequence<I...>) { return std::array{value_at(I)...}; }
    (std::make_index_sequence<N>{});
  };
  if (end == nullptr) [[unlikely]]
    return find_or_create_any(values(), {&asked, nullptr});
  // A Search is made where it is needed, which is seldom: it would take its parts out of registers.
  const KeyWords key{words, end};
  const std::uint64_t hash = table_.hash(key);
  const std::uint64_t changes = table_.changes();
  void* found = table_.find_at_once(key, hash);
  if (found == nullptr) [[unlikely]]
    found = find_or_create_elsewhere({key, hash, changes}, values(), {&asked, nullptr});
  return is_for(&asked) ? found : nullptr;
}

// The common numbers of labels have code of their own.
inline void* FamilyBase::find_or_create(const std::string_view* values, std::size_t n, const FamilyHandle& asked) {
  const auto value_at = [values](std::size_t i) { return values[i]; };
  switch (n) {
    case 1:
      return find_or_create_short<1>(value_at, asked);
    case 2:
      return find_or_create_short<2>(value_at, asked);
    case 3:
      return find_or_create_short<3>(value_at, asked);
    case 4:
      return find_or_create_short<4>(value_at, asked);
    case 5:
      return find_or_create_short<5>(value_at, asked);
    case 6:
      return find_or_create_short<6>(value_at, asked);
    case 7:
      return find_or_create_short<7>(value_at, asked);
    default:
      return find_or_create_any({values, n}, {&asked, nullptr});
  }
}

// As many labels as there are names. Those in the order of the names have code of their own.
template <std::size_t N>
void* FamilyBase::find_or_create_named(const GivenLabel* labels, const FamilyHandle& asked) {
  const std::string* const names = declared_.labels.data();
  const auto are_in_order = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return (is_same_name(names[I], labels[I].name()) && ...);
  };
  if (!are_in_order(std::make_index_sequence<N>{})) return find_or_create_shuffled<N>(labels, asked);
  return find_or_create_short<N>([labels](std::size_t i) { return labels[i].value(); }, asked);
}

template <std::size_t N>
void* FamilyBase::find_or_create_shuffled(const GivenLabel* labels, const FamilyHandle& asked) {
  const std::string* const names = declared_.labels.data();
  const GivenLabel* at[N];
  unsigned given = 0;
  for (std::size_t i = 0; i < N; ++i) {
    std::size_t to = 0;
    while (to < N && !is_same_name(names[to], labels[i].name())) ++to;
    if (to == N) break;
    at[to] = labels + i;
    given |= 1U << to;
  }
  // One that is not known, or is given twice.
  if (given != (1U << N) - 1) [[unlikely]]
    return find_or_create_ordered({labels, N}, asked, nullptr);
  return find_or_create_short<N>([&at](std::size_t i) { return at[i]->value(); }, asked);
}

inline void* FamilyBase::find_or_create(std::span<const GivenLabel> labels, const FamilyHandle& asked) {
  if (labels.size() != declared_.labels.size()) return find_or_create_ordered(labels, asked, nullptr);
  switch (labels.size()) {
    case 1:
      return find_or_create_named<1>(labels.data(), asked);
    case 2:
      return find_or_create_named<2>(labels.data(), asked);
    case 3:
      return find_or_create_named<3>(labels.data(), asked);
    case 4:
      return find_or_create_named<4>(labels.data(), asked);
    default:
      return find_or_create_ordered(labels, asked, nullptr);
  }
}

bool FamilyBase::look_at(std::span<const std::string_view> values, const std::function<void(const void*)>& look) const {
  const LabelKey key{values};
  const std::lock_guard lock{mutex_};
  Series* series = table_.find_series(key.words());
  if (series == nullptr) return false;
  look(series->live_instrument());
  return true;
}

// What the templates of family.hpp and dynamic_family.hpp call: here, so that what is found is passed on by one call.
void* find_or_create(const FamilyHandle& handle, const std::string_view* values, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  return family == nullptr ? nullptr : family->find_or_create(values, n, handle);
}

void* find_or_create(const FamilyHandle& handle, const GivenLabel* labels, std::size_t n) {
  FamilyBase* family = handle.family.load(std::memory_order_acquire);
  return family == nullptr ? nullptr : family->find_or_create(std::span{labels, n}, handle);
}

void* FamilyBase::find_or_create_any(std::span<const std::string_view> values, const Wish& wish) {
  const LabelKey key{values};
  const SeriesTable::Search search = table_.search(key.words());
  void* found = table_.find_at_once(search.key, search.hash);
  if (found == nullptr) found = find_or_create_elsewhere(search, values, wish);
  return is_for(wish.handle) ? found : nullptr;
}

inline void FamilyBase::count_overflow() noexcept {
  if (!add<0>(overflowed_, std::uint64_t{1}))
    add_slow(overflowed_, sizeof(std::uint64_t), 0, overflowed_slowly_, std::uint64_t{1});
}

// The series for those beyond the limit, if it is known without the lock that the family is full and has none of the
// key that a search has missed. A series that was removed or made before the search is seen so; whatever changes
// meanwhile came after it.
inline void* FamilyBase::find_beyond_limit(const std::atomic<void*>& beyond,
                                           const SeriesTable::Search& missed) noexcept {
  void* overflow = beyond.load(std::memory_order_acquire);
  if (overflow == nullptr || !table_.has_lacked(missed)) return nullptr;
  count_overflow();
  return overflow;
}

// Whether the key is of bytes that must be replaced, and no series was found of what becomes of it, since the table
// changed last.
inline bool FamilyBase::was_beyond_limit(const SeriesTable::Search& missed) const noexcept {
  const KeysBeyondLimit* keys = keys_beyond_limit_.load(std::memory_order_acquire);
  return keys != nullptr && keys->have(missed.hash, missed.changes);
}

void* FamilyBase::find_or_create_valid(const SeriesTable::Search& missed, const Wish& wish) {
  void* found = find_beyond_limit(beyond_limit_, missed);
  return found != nullptr ? found : create(missed.key, wish);
}

// Of a key that was not found at once.
void* FamilyBase::find_or_create_elsewhere(const SeriesTable::Search& search, std::span<const std::string_view> values,
                                           const Wish& wish) {
  if (void* found = table_.find_in_smaller(search)) return found;
  if (void* found = find_beyond_limit(any_beyond_limit_, search)) return found;
  const bool is_plain = is_ascii(search.key);
  if (is_plain || was_beyond_limit(search)) {
    if (void* found = find_beyond_limit(beyond_limit_, search)) return found;
  }
  if (is_plain || std::all_of(values.begin(), values.end(), is_valid_utf8)) return find_or_create_valid(search, wish);
  return find_or_create_replaced(search, values, wish);
}

void* FamilyBase::find_or_create_replaced(const SeriesTable::Search& given, std::span<const std::string_view> values,
                                          const Wish& wish) {
  const ValidValues valid{values};
  const LabelKey key{valid.views()};
  const SeriesTable::Search search = table_.search(key.words());
  void* found = table_.find(search);
  if (found == nullptr) {
    found = find_beyond_limit(beyond_limit_, search);
    if (found != nullptr) {
      remember_beyond_limit(given, search);
      return found;
    }
    found = create(key.words(), wish);
  }
  if (has_room_for_aliases_.load(std::memory_order_relaxed) && found != beyond_limit_.load(std::memory_order_relaxed))
    add_alias(given.key, key.words(), found, wish.handle);
  return found;
}

// `missed`: the search for what became of the given key.
void FamilyBase::remember_beyond_limit(const SeriesTable::Search& given, const SeriesTable::Search& missed) noexcept {
  KeysBeyondLimit* keys = keys_beyond_limit_.load(std::memory_order_acquire);
  if (keys == nullptr) {
    std::unique_ptr<KeysBeyondLimit> made{new (std::nothrow) KeysBeyondLimit};
    if (made == nullptr) return;  // then they take longer to find
    if (keys_beyond_limit_.compare_exchange_strong(keys, made.get(), std::memory_order_acq_rel)) keys = made.release();
  }
  keys->put(given.hash, missed.changes);
}

std::uint64_t FamilyBase::overflowed() const noexcept {
  const std::uint64_t slowly = overflowed_slowly_.load(std::memory_order_relaxed);
  return overflowed_.stripes.load(std::memory_order_relaxed) == 0 ? slowly : slowly + sum_u64(overflowed_, 0);
}

// Makes look-ups with these values find what they found, without another look at their bytes: for the first of them, so
// that the memory stays bounded.
void FamilyBase::add_alias(KeyWords given, KeyWords key, void* instrument, const FamilyHandle* asked) noexcept {
  const std::lock_guard lock{mutex_};
  if (!is_for(asked)) return;
  const Series* series = table_.find_series(key);
  if (series == nullptr || series->instrument.load(std::memory_order_relaxed) != instrument) return;
  if (table_.find_series(given) != nullptr || aliases_.size() == kMostAliases) return;
  Series* alias = nullptr;
  try {
    aliases_.reserve(aliases_.size() + 1);
    alias = &series_.allocate(Series::size(given, 0));
    alias->fill(given, {}, instrument);
    table_.insert(*alias);
  } catch (const std::bad_alloc&) {  // then they take longer to find
    if (alias != nullptr) discard(*alias);
    return;
  }
  aliases_.push_back(alias);
  has_room_for_aliases_.store(aliases_.size() < kMostAliases, std::memory_order_relaxed);
}

// Under the lock.
void FamilyBase::drop_aliases(const void* instrument) noexcept {
  const auto dropped = std::partition(aliases_.begin(), aliases_.end(), [&](const Series* alias) {
    return alias->instrument.load(std::memory_order_relaxed) != instrument;
  });
  for (auto alias = dropped; alias != aliases_.end(); ++alias) {
    table_.erase(**alias);
    discard(**alias);
  }
  aliases_.erase(dropped, aliases_.end());
  has_room_for_aliases_.store(true, std::memory_order_relaxed);
}

// What no walk has met. Look-ups may still read it.
void FamilyBase::discard(Series& series) noexcept {
  series.version.fetch_or(1, std::memory_order_release);
  series_.release(series);
}

void* FamilyBase::create(KeyWords key, const Wish& wish) {
  const std::lock_guard lock{mutex_};
  if (!is_for(wish.handle)) return nullptr;
  if (void* found = table_.find(key)) return found;
  if (size() < declared_.options.max_series) {
    void* made = make(key, wish.bounds);
    size_.fetch_add(1, std::memory_order_relaxed);
    return made;
  }
  count_overflow();
  void* instrument = make_overflow();
  beyond_limit_.store(instrument, std::memory_order_release);
  if (replaced_ == 0) any_beyond_limit_.store(instrument, std::memory_order_release);
  return instrument;
}

}  // namespace vitals::detail
