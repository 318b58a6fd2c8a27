#pragma once

#include <array>
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
#include <vitals/detail/cells.hpp>
#include <vitals/detail/given_label.hpp>
#include <vitals/detail/users_family.hpp>
#include <vitals/family.hpp>
#include <vitals/snapshot.hpp>

#include "core/series/declaration.hpp"
#include "core/series/environment.hpp"
#include "core/series/instrument_arena.hpp"
#include "core/series/keys_beyond_limit.hpp"
#include "core/series/label_layout.hpp"
#include "core/series/retired_series.hpp"
#include "core/series/series_arena.hpp"
#include "core/series/series_table.hpp"

namespace vitals::detail {

class ProtobufWriter;
class TextWriter;

/// A label, and the value that it must have; empty: none.
struct LabelMatch {
  std::string label;
  std::string value;
};

/// The series of one metric name, whatever their type. A look-up of a series that exists takes no lock, nor does one
/// that ends at the series for those beyond the limit; making and removing take the family's. A walk over the series
/// takes none that these need: it may be held up anywhere, and nobody waits for it.
class FamilyBase {
 public:
  FamilyBase(std::size_t instrument_bytes, MetricType type, Declaration declared, Environment& environment);
  virtual ~FamilyBase();
  FamilyBase(const FamilyBase&) = delete;
  FamilyBase& operator=(const FamilyBase&) = delete;

  [[nodiscard]] MetricType type() const noexcept { return type_; }
  [[nodiscard]] const Declaration& declared() const noexcept { return declared_; }
  [[nodiscard]] std::uint64_t overflowed() const noexcept;
  [[nodiscard]] std::uint64_t expired() const noexcept { return expired_.load(std::memory_order_relaxed); }

  // What users ask for through a handle does nothing, and gives null, if the handle is another family's by then, or
  // nobody's. What it has found without the lock counts only if the handle still leads here afterwards.

  /// Of n label values.
  [[nodiscard]] void* find_or_create(const std::string_view* values, std::size_t n, const FamilyHandle& asked);
  /// The same; a histogram that is made has these bounds. REQUIRES: the family has labels, and takes bounds.
  [[nodiscard]] void* find_or_create(std::span<const std::string_view> values, const FamilyHandle& asked,
                                     const Buckets& bounds) {
    return find_or_create_any(values, {&asked, &bounds});
  }
  /// Returns whether there was such a series. With `only_this`: only if that is its instrument.
  bool remove(std::span<const std::string_view> values, const FamilyHandle& asked, const void* only_this = nullptr);
  /// Removes the series whose values equal all that are wanted, all of them if none is; returns how many.
  std::size_t remove_matching(std::span<const LabelMatch> wanted, const FamilyHandle& asked);
  [[nodiscard]] std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  // The same by labels with their names, in any order. They throw std::invalid_argument if one is given twice or was
  // not declared; find_or_create() also if it would make a series with a name that breaks a rule. With bounds as above.
  [[nodiscard]] void* find_or_create(std::span<const GivenLabel> labels, const FamilyHandle& asked);
  [[nodiscard]] void* find_or_create(std::span<const GivenLabel> labels, const FamilyHandle& asked,
                                     const Buckets& bounds) {
    return find_or_create_ordered(labels, asked, &bounds);
  }
  bool remove(std::span<const GivenLabel> labels, const FamilyHandle& asked, const void* only_this = nullptr);
  /// Throws if the family has no such label.
  void check_has(std::string_view label) const;
  /// Calls `look` with the instrument of the series of these values, which is not removed meanwhile; false if there is
  /// none. Makes nothing, but takes the family's lock.
  bool look_at(std::span<const std::string_view> values, const std::function<void(const void*)>& look) const;

  // Whoever scrapes is a reader of the registry's epochs as long as it has the family.

  /// Calls visit for each series, in the order of their making, as plain data that the next one overwrites. Ends those
  /// that are idle.
  void read_each(MetricSnapshot& scratch, const std::function<void(const MetricSnapshot&)>& visit);
  /// Adds each series to what is written, as read_each() does. REQUIRES: the writer has begun this family.
  void write(TextWriter& writer);
  void write(ProtobufWriter& writer);
  /// Asks the CPU for what the start of a scrape reads: of the family itself, and then, once that is there, of what it
  /// points to.
  void prefetch() const noexcept;
  void prefetch_series() const noexcept;

  // The rest is for the registry, under its lock.

  /// The metric of a family that has no labels.
  [[nodiscard]] void* find_or_create_single() { return find_or_create_any({}, {nullptr, nullptr}); }
  enum class Held { Family, DynamicFamily };
  /// What users hold of the family, made by `make` if there is none yet. Throws std::bad_alloc.
  [[nodiscard]] FamilyHandle& handle(Held held, MakeHandle make);
  /// Ends all series; handles lead nowhere from now on. What look-ups and recorders may still read stays.
  void end() noexcept;
  /// Makes another family of one that has ended, once no walk can be in it. REQUIRES: can_become(declared).
  void become(Declaration declared);
  /// Whether a family differs from this one in nothing that look-ups read: all but its name, help
  /// text, unit and options, and the values of constant labels.
  [[nodiscard]] bool can_become(MetricType type, const Declaration& declared) const;
  /// Whether it is worth another life.
  [[nodiscard]] virtual bool is_reusable() const noexcept { return true; }

  /// For whoever may not know whether this family is still what it was.
  [[nodiscard]] std::string name() const;
  [[nodiscard]] bool expires() const noexcept {
    return expire_after_.load(std::memory_order_relaxed) > 0 && !declared_.is_single();
  }

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
  /// Adds a series, whose instrument that is, if it is not removed by the time that all is read. `scratch` is memory
  /// for what is read: new, or used before by this family.
  virtual void write(TextWriter& writer, const Series& series, void* instrument, MetricSnapshot& scratch);

  [[nodiscard]] Environment& environment() const noexcept { return environment_; }
  /// To be called by the destructor of each derived class, while retire() is still its own.
  void retire_all() noexcept;

 private:
  // Lies at the end of the block of a series that may expire. For scrapes; atomic because a look-up may still read the
  // words there as part of a longer key.
  struct Activity {
    std::atomic<std::uint64_t> value;
    std::atomic<std::int64_t> since;  // steady time
  };

  struct Wish {
    const FamilyHandle* handle;  // null: the family can't be removed meanwhile
    const Buckets* bounds;       // null: those of the family
  };
  template <std::size_t N, class ValueAt>
  [[nodiscard]] void* find_or_create_short(ValueAt value_at, const FamilyHandle& asked);
  template <std::size_t N>
  [[nodiscard]] void* find_or_create_named(const GivenLabel* labels, const FamilyHandle& asked);
  template <std::size_t N>
  [[nodiscard]] void* find_or_create_shuffled(const GivenLabel* labels, const FamilyHandle& asked);
  [[nodiscard]] void* find_or_create_ordered(std::span<const GivenLabel> labels, const FamilyHandle& asked,
                                             const Buckets* bounds);
  bool remove(KeyWords key, const FamilyHandle& asked, const void* only_this);
  void* find_or_create_open(std::span<const GivenLabel> labels, const Wish& wish);
  bool remove_open(std::span<const GivenLabel> labels, const FamilyHandle& asked, const void* only_this);
  void check_open(std::span<const LabelPair> labels) const;
  void* make_overflow();
  void* find_or_create_any(std::span<const std::string_view> values, const Wish& wish);
  void* find_or_create_elsewhere(const SeriesTable::Search& search, std::span<const std::string_view> values,
                                 const Wish& wish);
  [[nodiscard]] void* find_beyond_limit(const std::atomic<void*>& beyond, const SeriesTable::Search& missed) noexcept;
  [[nodiscard]] bool was_beyond_limit(const SeriesTable::Search& missed) const noexcept;
  void remember_beyond_limit(const SeriesTable::Search& given, const SeriesTable::Search& missed) noexcept;
  void count_overflow() noexcept;
  void* find_or_create_replaced(const SeriesTable::Search& given, std::span<const std::string_view> values,
                                const Wish& wish);
  void add_alias(KeyWords given, KeyWords key, void* instrument, const FamilyHandle* asked) noexcept;
  void drop_aliases(const void* instrument) noexcept;
  void discard(Series& series) noexcept;
  void* find_or_create_valid(const SeriesTable::Search& missed, const Wish& wish);
  void* create(KeyWords key, const Wish& wish);
  void* make(KeyWords key, const Buckets* bounds);
  void* allocate_instrument();
  void release_instrument(void* instrument) noexcept;
  // Whether the handle leads here. Under the lock it does then until that is left; after a look-up without it, what was
  // found counts.
  [[nodiscard]] bool is_for(const FamilyHandle* asked) const noexcept {
    return asked == nullptr || asked->family.load(std::memory_order_relaxed) == this;
  }
  std::size_t remove_each(std::span<const LabelMatch> wanted, const FamilyHandle* asked);
  void append(Series& series) noexcept;
  void unlink(Series& series) noexcept;
  void take_out(Series& series) noexcept;
  bool reclaim(int most) noexcept;
  bool is_idle(Series& series, void* instrument, std::int64_t now) noexcept;
  [[nodiscard]] bool matches(const Series& series, std::span<const LabelMatch> wanted) const;
  static Activity& activity_of(Series& series) noexcept;

  // Calls visit(series, instrument) for each series that was made before the call and is there, in the order of their
  // making. One that is removed and made anew meanwhile is a later series, so no labels are visited twice. A series may
  // be removed at any time: what was read of it counts if it is_removed() afterwards not.
  // REQUIRES: a reader of the epochs.
  template <class Visit>
  void for_each(Visit visit);
  // The same for scrapes, of which one goes on after the other.
  template <class Visit>
  void for_each_active(Visit visit);
  void prefetch(const Series& series, const void* instrument) const noexcept;

  const std::size_t instrument_bytes_;
  const MetricType type_;
  // As long as a look-up, which takes no lock, can be in it only name, help text, unit, options and the values of
  // constant labels change, under the lock and where no walk is.
  Declaration declared_;
  std::atomic<std::int64_t> expire_after_;  // of the options; relaxed
  const LabelLayout layout_{declared_};
  bool plain_names_;  // all names are exposed as declared, whatever the escaping
  Environment& environment_;

  std::mutex scrape_mutex_;  // whoever scrapes, or expires: what derived families keep for scrapes is under it too
  // A walk goes from the first series to the one that was the last when it began. That one is still linked when the
  // walk comes there: the last series stays, though it be removed, until another comes after it; and any other is
  // unlinked only when no walk is left that began before it was removed, or before it was no more the last. So no walk
  // that may stop there is under way. One that is unlinked still leads on to those after it, and its memory serves
  // another series only when no walk is left that began before it was unlinked. Release and acquire, as Series::next.
  std::atomic<Series*> first_{nullptr};
  std::atomic<Series*> last_{nullptr};
  std::atomic<std::size_t> size_{0};  // without the overflow series; written under the lock, relaxed: a number

  SeriesArena series_;
  SeriesTable table_;
  mutable std::mutex mutex_;                // whoever changes what follows, or becomes another family
  std::array<FamilyHandle*, 2> handles_{};  // by Held; those that there are
  InstrumentArena instruments_;             // of a family with labels
  RetiredSeries removed_;                   // still linked
  RetiredSeries unlinked_;                  // still memory that walks may read
  Series* overflow_ = nullptr;
  // In the table beside the series that they lead to, which they don't outlive: what was asked for where bytes of it
  // were replaced.
  std::vector<Series*> aliases_;
  std::atomic<bool> has_room_for_aliases_{true};  // relaxed: a hint
  // What look-ups beyond the limit get, or null if there may be room. Release when set, acquire when read. Emptied
  // before a series is taken out of the table.
  std::atomic<void*> beyond_limit_{nullptr};
  // The same while no series has a value with U+FFFD: then no value in which bytes must be replaced has a series, and
  // nothing need be known of the bytes.
  std::atomic<void*> any_beyond_limit_{nullptr};
  std::size_t replaced_ = 0;  // series that have such a value
  // Of keys in which bytes must be replaced: made with the first of them. Release when set, acquire when read.
  std::atomic<KeysBeyondLimit*> keys_beyond_limit_{nullptr};
  CellHead overflowed_;  // look-ups beyond the limit, which many threads may count
  std::atomic<std::uint64_t> overflowed_slowly_{0};
  std::atomic<std::uint64_t> expired_{0};  // relaxed: a statistic
};

}  // namespace vitals::detail
