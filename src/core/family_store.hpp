#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <vitals/counter.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/snapshot.hpp>

#include "core/cell_arena.hpp"
#include "core/series_table.hpp"

namespace vitals::detail {

// What a family is registered as; two registrations must agree in all of it but max_series.
struct Declaration {
  std::string name;
  std::string help;
  std::vector<std::string> labels;
  std::vector<double> bounds;  // histograms only
  std::size_t max_series = FamilyOptions{}.max_series;
};

// The series of one metric name, whatever their type. Look-ups of series that exist and scrapes take no lock.
class FamilyBase {
 public:
  FamilyBase(MetricType type, Declaration declared);
  virtual ~FamilyBase() = default;

  [[nodiscard]] MetricType type() const noexcept { return type_; }
  [[nodiscard]] const Declaration& declared() const noexcept { return declared_; }
  [[nodiscard]] std::uint64_t overflowed() const noexcept { return overflowed_.load(std::memory_order_relaxed); }

  [[nodiscard]] SeriesBase& find_or_create(const std::string_view* values);
  [[nodiscard]] bool remove(const std::string_view* values);

  virtual void append_text(std::string& out) const = 0;
  [[nodiscard]] FamilySnapshot snapshot() const;

  std::unique_ptr<FamilyFacade> facade;  // the Family<Metric, N> that users hold
  std::once_flag facade_made;

 protected:
  [[nodiscard]] virtual std::unique_ptr<SeriesBase> make(std::uint64_t hash, std::span<const std::string_view> values,
                                                         std::string labels) = 0;
  virtual void read(const SeriesBase& series, MetricSnapshot& out) const = 0;

  [[nodiscard]] bool is_empty() const noexcept { return first_.load(std::memory_order_acquire) == nullptr; }

  // Calls visit for each series that was made before the call, in the order of their making. One that is removed and
  // made anew meanwhile is a later series, so no labels are visited twice.
  template <class Visit>
  void for_each(Visit visit) const {
    const std::uint64_t made = made_.load(std::memory_order_acquire);
    const SeriesBase* series = first_.load(std::memory_order_acquire);
    for (; series != nullptr && series->number <= made; series = series->next.load(std::memory_order_acquire))
      visit(*series);
  }

 private:
  SeriesBase& create(std::span<const std::string_view> values);
  SeriesBase& add(std::uint64_t hash, std::span<const std::string_view> values);

  const MetricType type_;
  const Declaration declared_;
  const std::uint64_t seed_;

  SeriesTable table_;
  std::mutex mutex_;  // whoever changes the table or the list
  std::vector<std::unique_ptr<SeriesBase>> owned_;
  SeriesBase* last_ = nullptr;
  SeriesBase* overflow_ = nullptr;
  std::size_t size_ = 0;
  // The list of series in the order of their making; see SeriesBase::next. A removed series keeps its own `next`, so a
  // scrape that stands on it goes on.
  std::atomic<SeriesBase*> first_{nullptr};
  std::atomic<std::uint64_t> made_{0};  // the last number; release after the series is in the list, acquire by scrapes
  std::atomic<std::uint64_t> overflowed_{0};  // relaxed: a statistic
};

template <class Metric>
inline constexpr MetricType kTypeOf = std::is_same_v<Metric, Counter> ? MetricType::Counter
                                      : std::is_same_v<Metric, Gauge> ? MetricType::Gauge
                                                                      : MetricType::Histogram;

template <class Metric>
class FamilyStore final : public FamilyBase {
 public:
  FamilyStore(Declaration declared, CellArena& arena);

  Metric& with(const std::string_view* values);
  void append_text(std::string& out) const override;

 private:
  struct Series;

  std::unique_ptr<SeriesBase> make(std::uint64_t hash, std::span<const std::string_view> values,
                                   std::string labels) override;
  void read(const SeriesBase& series, MetricSnapshot& out) const override;

  CellArena& arena_;
  std::optional<BucketIndex> index_;         // histograms only
  std::vector<std::string> bucket_endings_;  // `le="0.1"} `, for each bucket
};

}  // namespace vitals::detail
