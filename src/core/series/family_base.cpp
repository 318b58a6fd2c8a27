#include "core/series/family_base.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <new>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/cells/cell_arena.hpp"
#include "core/cells/cells.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/series/open_key.hpp"
#include "core/series/valid_values.hpp"
#include "core/text/label_rules.hpp"
#include "core/text/names.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kOverflow = "_overflow";
constexpr int kFew = 16;  // how many removed series a call deals with, so that none takes long

// The next of the numbers that a secret gives (splitmix64, G. Steele et al., Fast splittable pseudorandom number
// generators, 2014).
std::uint64_t next_seed(std::atomic<std::uint64_t>& secret) noexcept {
  std::uint64_t z = secret.fetch_add(0x9E3779B97F4A7C15, std::memory_order_relaxed);
  z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
  z = (z ^ z >> 27) * 0x94D049BB133111EB;
  return z ^ z >> 31;
}

bool are_legacy(const Declaration& declared, const Environment& environment) {
  const auto is_label = [](std::string_view name) { return is_legacy_name(name, NameKind::Label); };
  return is_legacy_name(declared.name, NameKind::Metric) && !(declared.open_labels && environment.utf8_names) &&
         std::all_of(declared.labels.begin(), declared.labels.end(), is_label) &&
         std::all_of(declared.constant_labels.begin(), declared.constant_labels.end(),
                     [&](const Label& label) { return is_label(label.name); });
}

// Whether it may have a value in which bytes were replaced.
bool has_replacement(const Series& series) noexcept {
  return series.text().find(kReplacement) != std::string_view::npos;
}

}  // namespace

// The system is asked once: a std::random_device asks the CPU what it can do, which takes 20 us in a virtual machine.
std::uint64_t random_word() {
  static std::atomic<std::uint64_t> secret{[] {
    std::random_device device;
    return (std::uint64_t{device()} << 32) | device();
  }()};
  return next_seed(secret);
}

FamilyBase::FamilyBase(std::size_t instrument_bytes, MetricType type, Declaration declared, Environment& environment)
    : instrument_bytes_{instrument_bytes},
      type_{type},
      declared_{std::move(declared)},
      expire_after_{declared_.options.expire_after.count()},
      plain_names_{are_legacy(declared_, environment)},
      environment_{environment},
      table_{next_seed(environment.secret)} {
  overflowed_.state.store(kLive, std::memory_order_relaxed);
}

FamilyBase::~FamilyBase() {
  detail::retire(overflowed_, sizeof(std::uint64_t));
  delete keys_beyond_limit_.load(std::memory_order_relaxed);
}

void FamilyBase::retire_all() noexcept {
  for (Series* series = first_.load(std::memory_order_acquire); series != nullptr;
       series = series->next.load(std::memory_order_acquire)) {
    if (void* instrument = series->live_instrument()) retire(instrument);
  }
}

// Under the lock. The user may have made a series with these labels, as one of those that count.
void* FamilyBase::make_overflow() {
  const auto find_or_make = [this](KeyWords key) {
    void* instrument = table_.find(key);
    if (instrument != nullptr) return instrument;
    instrument = make(key, nullptr);
    overflow_ = last_.load(std::memory_order_relaxed);
    return instrument;
  };
  if (declared_.open_labels) {
    const LabelPair overflow[] = {{kOverflowLabel, "true"}};
    return find_or_make(OpenKey{overflow}.words());
  }
  const std::vector<std::string_view> views(declared_.labels.size(), kOverflow);
  return find_or_make(LabelKey{views}.words());
}

void* FamilyBase::allocate_instrument() {
  return declared_.is_single() ? environment_.lasting.allocate(instrument_bytes_)
                               : instruments_.allocate(instrument_bytes_);
}

void FamilyBase::release_instrument(void* instrument) noexcept {
  if (declared_.is_single()) {
    environment_.lasting.release(instrument, instrument_bytes_);
  } else {
    instruments_.release(instrument, instrument_bytes_);
  }
}

// Under the lock. Throws std::bad_alloc, and then has changed nothing that shows.
void* FamilyBase::make(KeyWords key, const Buckets* bounds) {
  std::string labels;
  for (const auto& [name, value] : declared_.constant_labels) append_label(labels, name, value), labels += ',';
  layout_.for_each(key, [&](std::string_view name, std::string_view value) {
    append_label(labels, name, value);
    labels += ',';
  });
  if (!labels.empty()) labels.pop_back();

  reclaim(kFew);
  const std::size_t extra = expires() ? sizeof(Activity) : 0;
  Series& series = series_.allocate(Series::size(key, labels.size()) + extra);
  void* instrument = nullptr;
  try {
    if (bounds != nullptr) instrument = make_with(*bounds);
    if (instrument == nullptr) {
      instrument = allocate_instrument();
      construct(instrument, declared_.is_single());
    }
    series.fill(key, labels, instrument);
    table_.insert(series);
  } catch (...) {
    if (instrument != nullptr) {
      retire(instrument);
      if (!release_own(instrument)) release_instrument(instrument);
    }
    discard(series);
    throw;
  }
  series.created = environment_.clock->unix_nanos();
  if (expires()) {
    activity_of(series).value.store(0, std::memory_order_relaxed);
    activity_of(series).since.store(environment_.clock->steady_nanos(), std::memory_order_relaxed);
  }
  append(series);
  if (has_replacement(series)) ++replaced_;
  return instrument;
}

// Under the lock, as all that follow.
void FamilyBase::append(Series& series) noexcept {
  Series* last = last_.load(std::memory_order_relaxed);
  series.previous = last;
  series.next.store(nullptr, std::memory_order_relaxed);
  (last == nullptr ? first_ : last->next).store(&series, std::memory_order_release);
  last_.store(&series, std::memory_order_release);
  if (last != nullptr && last->is_removed()) removed_.push(*last, environment_.epochs);
}

// Never the last one.
void FamilyBase::unlink(Series& series) noexcept {
  Series* next = series.next.load(std::memory_order_relaxed);
  (series.previous == nullptr ? first_ : series.previous->next).store(next, std::memory_order_release);
  next->previous = series.previous;
}

void FamilyBase::take_out(Series& series) noexcept {
  beyond_limit_.store(nullptr, std::memory_order_relaxed);  // whoever sees the table change sees this
  any_beyond_limit_.store(nullptr, std::memory_order_relaxed);
  table_.erase(series);
  if (has_replacement(series)) --replaced_;
  if (overflow_ == &series) {
    overflow_ = nullptr;
  } else {
    size_.fetch_sub(1, std::memory_order_relaxed);
  }
  series.version.fetch_or(1, std::memory_order_release);
  void* instrument = series.instrument.load(std::memory_order_relaxed);
  if (!aliases_.empty()) drop_aliases(instrument);
  retire(instrument);
  if (!release_own(instrument)) release_instrument(instrument);
  if (&series != last_.load(std::memory_order_relaxed)) removed_.push(series, environment_.epochs);
}

// Brings up to `most` removed series further on their way to be memory again. Returns whether there may be more.
bool FamilyBase::reclaim(int most) noexcept {
  for (; most > 0; --most) {
    Series* removed = removed_.take(environment_.epochs);
    if (removed != nullptr) {
      unlink(*removed);
      unlinked_.push(*removed, environment_.epochs);
    }
    Series* unlinked = unlinked_.take(environment_.epochs);
    if (unlinked != nullptr) series_.release(*unlinked);
    if (removed == nullptr && unlinked == nullptr) return false;
  }
  return true;
}

bool FamilyBase::remove(std::span<const std::string_view> values, const FamilyHandle& asked, const void* only_this) {
  if (std::all_of(values.begin(), values.end(), is_valid_utf8))
    return remove(LabelKey{values}.words(), asked, only_this);
  const ValidValues valid{values};
  return remove(LabelKey{valid.views()}.words(), asked, only_this);
}

bool FamilyBase::remove(KeyWords key, const FamilyHandle& asked, const void* only_this) {
  if (declared_.is_single()) return false;
  const std::lock_guard lock{mutex_};
  if (!is_for(&asked)) return false;
  Series* series = table_.find_series(key);
  if (series == nullptr) return false;
  if (only_this != nullptr && series->instrument.load(std::memory_order_relaxed) != only_this) return false;
  take_out(*series);
  reclaim(kFew);
  return true;
}

FamilyHandle& FamilyBase::handle(Held held, MakeHandle make) {
  if (declared_.is_single()) (void)find_or_create_single();  // its metric is there from the beginning
  FamilyHandle*& handle = handles_[static_cast<std::size_t>(held)];
  if (handle == nullptr) {
    FamilyHandle* made = make(environment_.lasting.allocate(sizeof(FamilyHandle)), *this);
    const std::lock_guard lock{mutex_};
    handle = made;
  }
  return *handle;
}

void FamilyBase::end() noexcept {
  {
    const std::lock_guard lock{mutex_};
    for (FamilyHandle* handle : handles_) {
      if (handle != nullptr) handle->family.store(nullptr, std::memory_order_release);
    }
  }
  remove_each({}, nullptr);
  for (FamilyHandle*& handle : handles_) {
    if (handle != nullptr) environment_.lasting.release(std::exchange(handle, nullptr), sizeof(FamilyHandle));
  }
}

bool FamilyBase::can_become(MetricType type, const Declaration& declared) const {
  const auto have_same_name = [](const Label& a, const Label& b) { return a.name == b.name; };
  return type == type_ && declared.labels == declared_.labels &&
         std::ranges::equal(declared.constant_labels, declared_.constant_labels, have_same_name) &&
         declared.open_labels == declared_.open_labels && declared.omits_empty_labels == declared_.omits_empty_labels &&
         declared.options.exemplars == declared_.options.exemplars && declared.shape == declared_.shape;
}

void FamilyBase::become(Declaration declared) {
  const std::lock_guard lock{mutex_};
  declared_.name = std::move(declared.name);
  declared_.help = std::move(declared.help);
  declared_.unit = std::move(declared.unit);
  for (std::size_t i = 0; i < declared.constant_labels.size(); ++i)
    declared_.constant_labels[i].value = std::move(declared.constant_labels[i].value);
  declared_.options = declared.options;
  expire_after_.store(declared.options.expire_after.count(), std::memory_order_relaxed);
  plain_names_ = are_legacy(declared_, environment_);
  detail::retire(overflowed_, sizeof(std::uint64_t));
  overflowed_slowly_.store(0, std::memory_order_relaxed);
  overflowed_.state.store(kLive, std::memory_order_relaxed);
  expired_.store(0, std::memory_order_relaxed);
}

}  // namespace vitals::detail
