#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/family.hpp>
#include <vitals/snapshot.hpp>

#include "core/series/declaration.hpp"
#include "core/series/environment.hpp"
#include "core/series/instrument_arena.hpp"
#include "core/series/series_arena.hpp"
#include "core/series/series_table.hpp"

namespace vitals::detail {

class ProtobufWriter;
class TextWriter;

/// A label by its position in the declaration, and the value that it must have.
struct LabelMatch {
  std::size_t label;
  std::string value;
};

/// The series of one metric name, whatever their type. A look-up of a series that exists takes no lock, nor does one
/// that ends at the series for those beyond the limit; making and removing take the family's, and a scrape takes it for
/// a few series at a time.
class FamilyBase {
 public:
  FamilyBase(std::size_t instrument_bytes, MetricType type, Declaration declared, Environment& environment);
  virtual ~FamilyBase();
  FamilyBase(const FamilyBase&) = delete;
  FamilyBase& operator=(const FamilyBase&) = delete;

  [[nodiscard]] MetricType type() const noexcept { return type_; }
  [[nodiscard]] const Declaration& declared() const noexcept { return declared_; }
  [[nodiscard]] std::uint64_t overflowed() const noexcept { return overflowed_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_.load(std::memory_order_relaxed); }

  [[nodiscard]] void* find_or_create(const std::string_view* values);
  /// The same; a histogram that is made has these bounds. REQUIRES: the family has labels, and takes bounds.
  [[nodiscard]] void* find_or_create(const std::string_view* values, const Buckets& bounds) {
    return find_or_create_any({values, declared_.labels.size()}, &bounds);
  }
  /// Returns whether there was such a series. With `only_this`: only if that is its instrument.
  bool remove(const std::string_view* values, const void* only_this = nullptr);
  /// Removes the series whose values equal all that are wanted, all of them if none is; returns how many.
  std::size_t remove_matching(std::span<const LabelMatch> wanted);
  [[nodiscard]] std::size_t size() const;

  /// Calls visit for each series, in the order of their making, as plain data that the next one overwrites. Ends those
  /// that are idle.
  void read_each(MetricSnapshot& scratch, const std::function<void(const MetricSnapshot&)>& visit);
  /// Adds each series to what is written, as read_each() does. REQUIRES: the writer has begun this family.
  void write(TextWriter& writer);
  void write(ProtobufWriter& writer);

  void* users_family_memory = nullptr;  // room for the Family<Metric, N> that users hold
  void* users_family = nullptr;         // that, once it is made
  std::mutex users_family_mutex;

 protected:
  /// Makes the instrument in zeroed memory. One that is alone in its family is spread from birth.
  virtual void construct(void* at, bool alone) = 0;
  /// An instrument with these bounds, in memory of its own; null if it is to be made as all others.
  virtual void* make_with(const Buckets& /*bounds*/) { return nullptr; }
  /// Gives back the memory of an instrument that make_with() has made; false if it was not that.
  virtual bool release_own(void* /*instrument*/) noexcept { return false; }
  /// Gives back what the instrument holds elsewhere, when its series is removed or the family dies.
  virtual void retire(void* instrument) noexcept = 0;
  /// Fills all but the labels and the start, without exemplars if they are not asked for. Allocates nothing that `out`
  /// had room for before. REQUIRES: `out` is new, or this family's.
  virtual void read(void* instrument, MetricSnapshot& out, bool exemplars) = 0;
  /// A number that changes whenever the instrument does.
  [[nodiscard]] virtual std::uint64_t activity(void* instrument) const noexcept = 0;
  /// Adds a series. `scratch` is memory for what is read: new, or used before by this family.
  virtual void write(TextWriter& writer, const Series& series, MetricSnapshot& scratch);

  [[nodiscard]] Environment& environment() const noexcept { return environment_; }
  /// To be called by the destructor of each derived class, while retire() is still its own.
  void retire_all() noexcept;

 private:
  // The series that a walk has still to visit.
  struct Cursor {
    void step() noexcept { at = at == last ? nullptr : at->next; }
    void leave_out(const Series& removed) noexcept {
      if (at == &removed) step();
      if (last == &removed) last = removed.previous;
    }
    Series* at;    // nullptr: none
    Series* last;  // newer ones come after it
  };
  // Lies at the end of the block of a series that may expire. Under the lock; atomic because a look-up may still read
  // the words there as part of a longer key.
  struct Activity {
    std::atomic<std::uint64_t> value;
    std::atomic<std::int64_t> since;  // steady time
  };

  template <std::size_t N>
  [[nodiscard]] void* find_short(const std::string_view* values) const noexcept;
  bool remove(KeyWords key, const void* only_this);
  // With bounds, or null: those of the family.
  void* find_or_create_any(std::span<const std::string_view> values, const Buckets* bounds);
  [[nodiscard]] void* find_beyond_limit(KeyWords key) noexcept;
  void* find_or_create_replaced(std::span<const std::string_view> values, const Buckets* bounds);
  void* find_or_create_valid(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds);
  void* create(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds);
  void* make(KeyWords key, std::span<const std::string_view> values, const Buckets* bounds);
  void* allocate_instrument();
  void take_out(Series& series) noexcept;
  bool is_idle(Series& series, std::int64_t now) noexcept;
  [[nodiscard]] bool matches(const Series& series, std::span<const LabelMatch> wanted) const;
  static Activity& activity_of(Series& series) noexcept;
  [[nodiscard]] bool expires() const noexcept {
    return declared_.options.expire_after.count() > 0 && !declared_.labels.empty();
  }

  // Calls visit for each series that was made before the call, in the order of their making, under the lock, which it
  // leaves again and again. One that is removed and made anew meanwhile is a later series, so no labels are visited
  // twice.
  template <class Visit>
  void for_each(Visit visit);
  template <class Visit>
  void for_each_active(Visit visit);
  void prefetch(const Series& series) noexcept;
  void let_others_pass(std::unique_lock<std::mutex>& lock);

  const MetricType type_;
  const Declaration declared_;
  const bool plain_names_;  // all names are exposed as declared, whatever the escaping
  Environment& environment_;

  SeriesArena series_;
  SeriesTable table_;
  mutable std::mutex mutex_;     // whoever changes what follows, or walks it
  std::atomic<int> waiting_{0};  // to make or remove a series: a scrape lets them pass. Relaxed: a hint
  InstrumentArena instruments_;
  std::unique_ptr<std::byte[]> only_;  // the instrument of a family without labels
  Series* first_ = nullptr;
  Series* last_ = nullptr;
  Series* overflow_ = nullptr;
  // What look-ups beyond the limit get, or null if there may be room. Release when set, acquire when read. Emptied
  // before a series is taken out of the table.
  std::atomic<void*> beyond_limit_{nullptr};
  std::size_t size_ = 0;  // without the overflow series
  std::vector<Cursor*> cursors_;
  std::atomic<std::uint64_t> overflowed_{0};  // relaxed, as expired_: a statistic
  std::atomic<std::uint64_t> expired_{0};
};

}  // namespace vitals::detail
