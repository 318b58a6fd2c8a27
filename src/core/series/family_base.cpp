#include "core/series/family_base.hpp"

#include <algorithm>
#include <cstddef>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/text_pieces.hpp"
#include "core/series/open_key.hpp"
#include "core/series/valid_values.hpp"
#include "core/text/label_rules.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kOverflow = "_overflow";

// Random, so that nobody can choose label values that fall into one slot.
std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

bool are_legacy(const Declaration& declared, const Environment& environment) {
  const auto is_label = [](std::string_view name) { return is_legacy_name(name, NameKind::Label); };
  return is_legacy_name(declared.name, NameKind::Metric) && !(declared.open_labels && environment.utf8_names) &&
         std::all_of(declared.labels.begin(), declared.labels.end(), is_label) &&
         std::all_of(environment.labels.begin(), environment.labels.end(),
                     [&](const Label& label) { return is_label(label.name); });
}

// The family's lock, for whoever changes it. A scrape that sees someone wait gives the lock away for a moment.
class Change {
 public:
  Change(std::mutex& mutex, std::atomic<int>& waiting) noexcept : mutex_{mutex} {
    if (mutex.try_lock()) return;
    waiting.fetch_add(1, std::memory_order_relaxed);
    mutex.lock();
    waiting.fetch_sub(1, std::memory_order_relaxed);
  }
  ~Change() { mutex_.unlock(); }
  Change(const Change&) = delete;
  Change& operator=(const Change&) = delete;

 private:
  std::mutex& mutex_;
};

}  // namespace

FamilyBase::FamilyBase(std::size_t instrument_bytes, MetricType type, Declaration declared, Environment& environment)
    : type_{type},
      declared_{std::move(declared)},
      plain_names_{are_legacy(declared_, environment)},
      environment_{environment},
      table_{random_seed()},
      instruments_{instrument_bytes} {}

FamilyBase::~FamilyBase() = default;

void FamilyBase::retire_all() noexcept {
  for (Series* series = first_; series != nullptr; series = series->next)
    retire(series->instrument.load(std::memory_order_relaxed));
}

template <std::size_t N>
void* FamilyBase::find_short(const std::string_view* values) const noexcept {
  std::uint64_t key[1 + N * (kShortLength + 7) / 8];
  std::uint64_t* const end = [&]<std::size_t... I>(std::index_sequence<I...>) {
    return put_short_key(key, values[I]...);
  }
  (std::make_index_sequence<N>{});
  return end == nullptr ? nullptr : table_.find({key, end});
}

// The common numbers of labels have code of their own.
void* FamilyBase::find_or_create(const std::string_view* values) {
  const std::size_t n = declared_.labels.size();
  void* found = nullptr;
  switch (n) {
    case 1:
      found = find_short<1>(values);
      break;
    case 2:
      found = find_short<2>(values);
      break;
    case 3:
      found = find_short<3>(values);
      break;
    case 4:
      found = find_short<4>(values);
      break;
    case 5:
      found = find_short<5>(values);
      break;
    case 6:
      found = find_short<6>(values);
      break;
    case 7:
      found = find_short<7>(values);
      break;
    default:
      break;
  }
  return found != nullptr ? found : find_or_create_any({values, n});
}

void* FamilyBase::find_or_create_any(std::span<const std::string_view> values) {
  const LabelKey key{values};
  void* found = key.is_short() ? nullptr : table_.find(key.words());  // whoever has a short one has looked
  if (found != nullptr) return found;
  if (!std::all_of(values.begin(), values.end(), is_valid_utf8)) return find_or_create_replaced(values);
  return find_or_create_valid(key.words());
}

void* FamilyBase::find_or_create_replaced(std::span<const std::string_view> values) {
  const ValidValues valid{values};
  const LabelKey key{valid.views()};
  void* found = table_.find(key.words());
  return found != nullptr ? found : find_or_create_valid(key.words());
}

void* FamilyBase::find_or_create_valid(KeyWords key) {
  void* found = find_beyond_limit(key);
  return found != nullptr ? found : create(key);
}

// The series for those beyond the limit, if it is known without the lock that the family is full and has none of this
// key. A series that was removed or made before the call is seen so; whatever changes meanwhile came after it.
void* FamilyBase::find_beyond_limit(KeyWords key) noexcept {
  const std::uint64_t before = table_.changes();
  void* overflow = beyond_limit_.load(std::memory_order_acquire);
  if (overflow == nullptr || !table_.lacks(key, before)) return nullptr;
  overflowed_.fetch_add(1, std::memory_order_relaxed);
  return overflow;
}

void* FamilyBase::create(KeyWords key) {
  const Change lock{mutex_, waiting_};
  if (void* found = table_.find(key)) return found;
  if (size_ < declared_.options.max_series) {
    void* made = make(key);
    ++size_;
    return made;
  }
  overflowed_.fetch_add(1, std::memory_order_relaxed);
  void* instrument = make_overflow();
  beyond_limit_.store(instrument, std::memory_order_release);
  return instrument;
}

// Under the lock. The user may have made a series with these labels, as one of those that count.
void* FamilyBase::make_overflow() {
  const auto find_or_make = [this](KeyWords key) {
    void* instrument = table_.find(key);
    if (instrument != nullptr) return instrument;
    instrument = make(key);
    overflow_ = last_;
    return instrument;
  };
  if (declared_.open_labels) {
    const LabelPair overflow[] = {{kOverflowLabel, "true"}};
    return find_or_make(OpenKey{overflow}.words());
  }
  const std::vector<std::string_view> views(declared_.labels.size(), kOverflow);
  return find_or_make(LabelKey{views}.words());
}

// The one instrument of a family without labels is never removed, so it needs no pages of its own.
void* FamilyBase::allocate_instrument() {
  if (!declared_.is_single()) return instruments_.allocate();
  constexpr std::size_t kAlignment = 64;
  std::size_t space = instruments_.size() + kAlignment;
  only_ = std::make_unique<std::byte[]>(space);
  void* at = only_.get();
  return std::align(kAlignment, instruments_.size(), at, space);
}

// Under the lock. Throws std::bad_alloc, and then has changed nothing that shows.
void* FamilyBase::make(KeyWords key) {
  std::string labels;
  for (const auto& [name, value] : environment_.labels) append_label(labels, name, value), labels += ',';
  layout_.for_each(key, [&](std::string_view name, std::string_view value) {
    append_label(labels, name, value);
    labels += ',';
  });
  if (!labels.empty()) labels.pop_back();

  const std::size_t extra = expires() ? sizeof(Activity) : 0;
  Series& series = series_.allocate(Series::size(key, labels.size()) + extra);
  void* instrument = nullptr;
  try {
    instrument = allocate_instrument();
    construct(instrument, declared_.is_single());
    series.fill(key, labels, instrument);
    table_.insert(series);
  } catch (...) {
    series.version.fetch_or(1, std::memory_order_relaxed);
    if (instrument != nullptr) retire(instrument);  // the rest of it goes with the family
    series_.release(series);
    throw;
  }
  series.created = environment_.clock->unix_nanos();
  if (expires()) new (&activity_of(series)) Activity{{0}, {environment_.clock->steady_nanos()}};
  series.previous = last_;
  series.next = nullptr;
  (last_ == nullptr ? first_ : last_->next) = &series;
  last_ = &series;
  return instrument;
}

// Under the lock.
void FamilyBase::take_out(Series& series) noexcept {
  beyond_limit_.store(nullptr, std::memory_order_relaxed);  // whoever sees the table change sees this
  table_.erase(series);
  (series.previous == nullptr ? first_ : series.previous->next) = series.next;
  (series.next == nullptr ? last_ : series.next->previous) = series.previous;
  for (Cursor* cursor : cursors_) cursor->leave_out(series);
  if (overflow_ == &series) {
    overflow_ = nullptr;
  } else {
    --size_;
  }
  series.version.fetch_or(1, std::memory_order_release);
  void* instrument = series.instrument.load(std::memory_order_relaxed);
  retire(instrument);
  instruments_.release(instrument);
  series_.release(series);
}

bool FamilyBase::remove(const std::string_view* values, const void* only_this) {
  const std::span all{values, declared_.labels.size()};
  if (std::all_of(all.begin(), all.end(), is_valid_utf8)) return remove(LabelKey{all}.words(), only_this);
  const ValidValues valid{all};
  return remove(LabelKey{valid.views()}.words(), only_this);
}

bool FamilyBase::remove(KeyWords key, const void* only_this) {
  if (declared_.is_single()) return false;
  const Change lock{mutex_, waiting_};
  Series* series = table_.find_series(key);
  if (series == nullptr) return false;
  if (only_this != nullptr && series->instrument.load(std::memory_order_relaxed) != only_this) return false;
  take_out(*series);
  return true;
}

std::size_t FamilyBase::size() const {
  const std::lock_guard lock{mutex_};
  return size_;
}

}  // namespace vitals::detail
