#include "core/series/family_base.hpp"

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/formats/text_pieces.hpp"
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
  return is_legacy_name(declared.name, NameKind::Metric) &&
         std::all_of(declared.labels.begin(), declared.labels.end(), is_label) &&
         std::all_of(environment.labels.begin(), environment.labels.end(),
                     [&](const Label& label) { return is_label(label.name); });
}

// Label values with U+FFFD where they were not UTF-8. Allocates if they are longer than some 2 kB.
class ValidValues {
 public:
  explicit ValidValues(std::span<const std::string_view> values) : text_{&memory_}, views_{&memory_} {
    std::size_t most = 0;
    for (const auto value : values) most += most_valid_utf8(value.size());
    text_.reserve(most);  // so that it stays where it is
    views_.reserve(values.size());
    for (const auto value : values) {
      const std::size_t begin = text_.size();
      append_valid_utf8(text_, value);
      views_.push_back(std::string_view{text_}.substr(begin));
    }
  }

  [[nodiscard]] std::span<const std::string_view> views() const noexcept { return views_; }

 private:
  std::byte local_[6144];  // not filled: the stack is there anyway
  std::pmr::monotonic_buffer_resource memory_{local_, sizeof local_};
  std::pmr::string text_;
  std::pmr::vector<std::string_view> views_;
};

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
  return found != nullptr ? found : find_or_create_any({values, n}, nullptr);
}

void* FamilyBase::find_or_create_any(std::span<const std::string_view> values, const Buckets* bounds) {
  const LabelKey key{values};
  const bool has_looked = key.is_short() && bounds == nullptr;
  void* found = has_looked ? nullptr : table_.find(key.words());
  if (found != nullptr) return found;
  if (!std::all_of(values.begin(), values.end(), is_valid_utf8)) return find_or_create_replaced(values, bounds);
  return find_or_create_valid(key.words(), values, bounds);
}

void* FamilyBase::find_or_create_replaced(std::span<const std::string_view> values, const Buckets* bounds) {
  const ValidValues valid{values};
  const LabelKey key{valid.views()};
  void* found = table_.find(key.words());
  return found != nullptr ? found : find_or_create_valid(key.words(), valid.views(), bounds);
}

void* FamilyBase::find_or_create_valid(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds) {
  void* found = find_beyond_limit(key);
  return found != nullptr ? found : create(key, values, bounds);
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

void* FamilyBase::create(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds) {
  const Change lock{mutex_, waiting_};
  if (void* found = table_.find(key)) return found;
  if (size_ < declared_.options.max_series) {
    void* made = make(key, values, bounds);
    ++size_;
    return made;
  }
  overflowed_.fetch_add(1, std::memory_order_relaxed);
  const std::vector<std::string_view> views(values.size(), kOverflow);
  const LabelKey overflow{views};
  // The user may have made a series with these labels, as one of those that count.
  void* instrument = table_.find(overflow.words());
  if (instrument == nullptr) {
    instrument = make(overflow.words(), views, nullptr);
    overflow_ = last_;
  }
  beyond_limit_.store(instrument, std::memory_order_release);
  return instrument;
}

// The one instrument of a family without labels is never removed, so it needs no pages of its own.
void* FamilyBase::allocate_instrument() {
  if (!declared_.labels.empty()) return instruments_.allocate();
  constexpr std::size_t kAlignment = 64;
  std::size_t space = instruments_.size() + kAlignment;
  only_ = std::make_unique<std::byte[]>(space);
  void* at = only_.get();
  return std::align(kAlignment, instruments_.size(), at, space);
}

// Under the lock. Throws std::bad_alloc, and then has changed nothing that shows.
void* FamilyBase::make(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds) {
  std::string labels;
  for (const auto& [name, value] : environment_.labels) append_label(labels, name, value), labels += ',';
  for (std::size_t i = 0; i < values.size(); ++i) append_label(labels, declared_.labels[i], values[i]), labels += ',';
  if (!labels.empty()) labels.pop_back();

  const std::size_t extra = expires() ? sizeof(Activity) : 0;
  Series& series = series_.allocate(Series::size(key, labels.size()) + extra);
  void* instrument = nullptr;
  try {
    if (bounds != nullptr) instrument = make_with(*bounds);
    if (instrument == nullptr) {
      instrument = allocate_instrument();
      construct(instrument, declared_.labels.empty());
    }
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
  if (!release_own(instrument)) instruments_.release(instrument);
  series_.release(series);
}

bool FamilyBase::remove(const std::string_view* values, const void* only_this) {
  const std::span all{values, declared_.labels.size()};
  if (std::all_of(all.begin(), all.end(), is_valid_utf8)) return remove(LabelKey{all}.words(), only_this);
  const ValidValues valid{all};
  return remove(LabelKey{valid.views()}.words(), only_this);
}

bool FamilyBase::remove(KeyWords key, const void* only_this) {
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
