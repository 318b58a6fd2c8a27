#include "core/family_store.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <random>
#include <utility>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/access.hpp"
#include "core/names.hpp"
#include "core/text_format.hpp"

namespace vitals::detail {

namespace {

constexpr std::string_view kOverflow = "_overflow";

std::uint64_t hash_values(std::uint64_t seed, std::span<const std::string_view> values) noexcept {
  for (const auto value : values) seed = XXH3_64bits_withSeed(value.data(), value.size(), seed);
  return seed;
}

// Random, so that nobody can choose label values that fall into one slot.
std::uint64_t random_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

}  // namespace

FamilyBase::FamilyBase(MetricType type, Declaration declared)
    : type_{type}, declared_{std::move(declared)}, seed_{random_seed()} {}

SeriesBase& FamilyBase::find_or_create(const std::string_view* values) {
  const std::span all{values, declared_.labels.size()};
  if (SeriesBase* series = table_.find(hash_values(seed_, all), all)) [[likely]]
    return *series;
  return create(all);
}

SeriesBase& FamilyBase::create(std::span<const std::string_view> values) {
  std::vector<std::string> valid;
  std::vector<std::string_view> views{values.begin(), values.end()};
  if (!std::all_of(values.begin(), values.end(), is_valid_utf8)) {
    for (const auto value : values) valid.push_back(to_valid_utf8(value));
    views.assign(valid.begin(), valid.end());
  }
  const std::uint64_t hash = hash_values(seed_, views);

  const std::lock_guard lock{mutex_};
  if (SeriesBase* series = table_.find(hash, views)) return *series;
  if (size_ < declared_.max_series) {
    SeriesBase& series = add(hash, views);
    ++size_;
    return series;
  }
  overflowed_.fetch_add(1, std::memory_order_relaxed);
  views.assign(views.size(), kOverflow);
  const std::uint64_t overflow = hash_values(seed_, views);
  // It may be there under that name already, as one of those that count.
  if (SeriesBase* series = table_.find(overflow, views)) return *series;
  overflow_ = &add(overflow, views);
  return *overflow_;
}

// Under the lock. May throw std::bad_alloc, and then has changed nothing that shows.
SeriesBase& FamilyBase::add(std::uint64_t hash, std::span<const std::string_view> values) {
  std::string labels;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) labels += ',';
    append_label(labels, declared_.labels[i], values[i]);
  }
  owned_.push_back(make(hash, values, std::move(labels)));
  SeriesBase& series = *owned_.back();
  series.number = made_.load(std::memory_order_relaxed) + 1;
  table_.insert(series);
  (last_ == nullptr ? first_ : last_->next).store(&series, std::memory_order_release);
  last_ = &series;
  made_.store(series.number, std::memory_order_release);
  return series;
}

bool FamilyBase::remove(const std::string_view* values) {
  std::vector<std::string> valid;
  std::vector<std::string_view> views;
  for (std::size_t i = 0; i < declared_.labels.size(); ++i) valid.push_back(to_valid_utf8(values[i]));
  views.assign(valid.begin(), valid.end());

  const std::lock_guard lock{mutex_};
  SeriesBase* series = table_.find(hash_values(seed_, views), views);
  if (series == nullptr) return false;
  table_.erase(*series);
  SeriesBase* before = nullptr;
  for (SeriesBase* i = first_.load(std::memory_order_relaxed); i != series; i = i->next.load(std::memory_order_relaxed))
    before = i;
  (before == nullptr ? first_ : before->next)
      .store(series->next.load(std::memory_order_relaxed), std::memory_order_release);
  if (last_ == series) last_ = before;
  if (overflow_ == series) {
    overflow_ = nullptr;
  } else {
    --size_;
  }
  return true;
}

FamilySnapshot FamilyBase::snapshot() const {
  FamilySnapshot family{declared_.name, declared_.help, type_, {}};
  for_each([&](const SeriesBase& series) {
    MetricSnapshot& metric = family.metrics.emplace_back();
    const auto values = series.values();
    for (std::size_t i = 0; i < values.size(); ++i)
      metric.labels.push_back({declared_.labels[i], std::string{values[i]}});
    read(series, metric);
  });
  return family;
}

template <class Metric>
struct FamilyStore<Metric>::Series : SeriesBase {
  template <class... Arguments>
  Series(std::uint64_t hash, std::span<const std::string_view> values, std::string text, Arguments&&... arguments)
      : SeriesBase{hash, values, std::move(text)}, metric{std::forward<Arguments>(arguments)...} {}

  Metric metric;
};

template <class Metric>
FamilyStore<Metric>::FamilyStore(Declaration declared, CellArena& arena)
    : FamilyBase{kTypeOf<Metric>, std::move(declared)}, arena_{arena} {
  if constexpr (std::is_same_v<Metric, Histogram>) {
    index_.emplace(this->declared().bounds);
    for (std::size_t i = 0; i <= this->declared().bounds.size(); ++i) {
      std::string& ending = bucket_endings_.emplace_back("le=\"");
      append_number(ending, i < this->declared().bounds.size() ? this->declared().bounds[i]
                                                               : std::numeric_limits<double>::infinity());
      ending += "\"} ";
    }
  }
}

template <class Metric>
Metric& FamilyStore<Metric>::with(const std::string_view* values) {
  return static_cast<Series&>(find_or_create(values)).metric;
}

// Counters and gauges keep the start of their line; histograms, which have many, only what stands between the braces.
template <class Metric>
std::unique_ptr<SeriesBase> FamilyStore<Metric>::make(std::uint64_t hash, std::span<const std::string_view> values,
                                                      std::string labels) {
  std::string start = declared().name;
  if (!labels.empty()) start.append(1, '{').append(labels).append(1, '}');
  start += ' ';
  if constexpr (std::is_same_v<Metric, Counter>) {
    return std::make_unique<Series>(hash, values, std::move(start), arena_.allocate(2));
  } else if constexpr (std::is_same_v<Metric, Gauge>) {
    return std::make_unique<Series>(hash, values, std::move(start));
  } else {
    return std::make_unique<Series>(hash, values, std::move(labels), *index_,
                                    arena_.allocate(2 + declared().bounds.size()));
  }
}

template <class Metric>
void FamilyStore<Metric>::read(const SeriesBase& series, MetricSnapshot& out) const {
  const Metric& metric = static_cast<const Series&>(series).metric;
  if constexpr (std::is_same_v<Metric, Histogram>) {
    for (std::size_t i = 0; i < bucket_endings_.size(); ++i) {
      out.count += Access::bucket(metric, i);
      const auto bounds = index_->bounds();
      out.buckets.push_back({i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity(), out.count});
    }
    out.sum = Access::sum(metric);
  } else {
    out.value = metric.value();
  }
}

template <>
void FamilyStore<Counter>::append_text(std::string& out) const {
  if (is_empty()) return;
  append_head(out, declared().name, declared().help, type());
  for_each([&](const SeriesBase& series) {
    out += series.text;
    const auto [whole, fraction] = Access::read(static_cast<const Series&>(series).metric);
    if (fraction == 0) {
      append_number(out, whole);
    } else {
      append_number(out, static_cast<double>(whole) + fraction);
    }
    out += '\n';
  });
}

template <>
void FamilyStore<Gauge>::append_text(std::string& out) const {
  if (is_empty()) return;
  append_head(out, declared().name, declared().help, type());
  for_each([&](const SeriesBase& series) {
    out += series.text;
    append_number(out, static_cast<const Series&>(series).metric.value());
    out += '\n';
  });
}

template <>
void FamilyStore<Histogram>::append_text(std::string& out) const {
  if (is_empty()) return;
  const std::string& name = declared().name;
  append_head(out, name, declared().help, type());
  for_each([&](const SeriesBase& series) {
    const Histogram& histogram = static_cast<const Series&>(series).metric;
    const std::string& labels = series.text;
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < bucket_endings_.size(); ++i) {
      count += Access::bucket(histogram, i);
      out.append(name).append("_bucket{").append(labels);
      if (!labels.empty()) out += ',';
      out += bucket_endings_[i];
      append_number(out, count);
      out += '\n';
    }
    const auto begin = [&](std::string_view suffix) {
      out.append(name).append(suffix);
      if (!labels.empty()) out.append(1, '{').append(labels).append(1, '}');
      out += ' ';
    };
    begin("_sum");
    append_number(out, Access::sum(histogram));
    out += '\n';
    begin("_count");
    append_number(out, count);
    out += '\n';
  });
}

template <class Metric>
Metric& find_or_create(FamilyStore<Metric>& store, const std::string_view* values) {
  return store.with(values);
}

template <class Metric>
bool remove(FamilyStore<Metric>& store, const std::string_view* values) {
  return store.remove(values);
}

template class FamilyStore<Counter>;
template class FamilyStore<Gauge>;
template class FamilyStore<Histogram>;
template Counter& find_or_create(FamilyStore<Counter>&, const std::string_view*);
template Gauge& find_or_create(FamilyStore<Gauge>&, const std::string_view*);
template Histogram& find_or_create(FamilyStore<Histogram>&, const std::string_view*);
template bool remove(FamilyStore<Counter>&, const std::string_view*);
template bool remove(FamilyStore<Gauge>&, const std::string_view*);
template bool remove(FamilyStore<Histogram>&, const std::string_view*);

}  // namespace vitals::detail
