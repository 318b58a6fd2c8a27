#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <new>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/histogram.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/cells/cells.hpp"
#include "core/exemplars/exemplar_pool.hpp"
#include "core/formats/bucket_labels.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"
#include "core/instruments/histogram_extras.hpp"
#include "core/instruments/native_cells.hpp"

namespace vitals {

namespace {

// Null: its series is removed, or has no classic buckets.
const detail::BucketIndex* index_of(const detail::BucketIndex* own, const detail::HistogramExtras* extras) noexcept {
  return own == nullptr && extras != nullptr ? extras->index : own;
}

}  // namespace

HistogramSnapshot::HistogramSnapshot(std::vector<double> bounds, std::vector<std::uint64_t> counts, double sum,
                                     NativeBuckets native)
    : bounds_{std::move(bounds)},
      counts_{std::move(counts)},
      count_{std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0})},
      sum_{sum},
      native_{std::move(native)} {}

double HistogramSnapshot::quantile(double q) const noexcept {
  if (native_.present) return detail::native_quantile(native_, count_, q);
  if (count_ == 0 || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  const double rank = q * static_cast<double>(count_);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < bounds_.size(); ++i) {
    if (static_cast<double>(below + counts_[i]) < rank || below + counts_[i] == 0) {
      below += counts_[i];
      continue;
    }
    if (i == 0 && bounds_[0] <= 0) return bounds_[0];
    const double lower = i == 0 ? 0 : bounds_[i - 1];
    return lower + (bounds_[i] - lower) * ((rank - static_cast<double>(below)) / static_cast<double>(counts_[i]));
  }
  return bounds_.back();
}

HistogramSnapshot Histogram::snapshot() const {
  const detail::HistogramExtras* extras = this->extras();
  if (extras != nullptr && extras->native != nullptr) return detail::native_snapshot(*this, *extras->native);
  const detail::BucketIndex* index = index_of(this->index(), extras);
  if (index == nullptr) return {{}, {0}, 0};
  const auto bounds = index->bounds();
  std::vector<std::uint64_t> counts(bounds.size() + 1);
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const auto pair = detail::sum_pair(head_, i * sizeof(detail::PairCell), own()[i]);
    counts[i] = pair.count;
    sum += pair.sum;
  }
  return {{bounds.begin(), bounds.end()}, std::move(counts), sum};
}

// All zero, as a histogram whose series was removed: nothing is written there.
void* detail::ended(const Histogram*) noexcept {
  alignas(Histogram) static std::byte memory[sizeof(Histogram) + sizeof(PairCell) + sizeof(NativeCells)];
  return memory;
}

void Histogram::observe_slow(std::size_t bucket, double v) noexcept {
  const detail::BucketIndex* index = index_of(this->index(), extras());
  if (index == nullptr) return detail::leave_sequence();  // removed in the meantime
  const std::size_t buckets = index->bounds().size() + 1;
  detail::add_pair_slow(head_, buckets * sizeof(detail::PairCell), bucket * sizeof(detail::PairCell), own()[bucket], v);
}

void Histogram::observe_many(double v, std::uint64_t n) noexcept {
  if (n == 0) return;
  if (v != v) return detail::drop_update();
  const detail::HistogramExtras* extras = this->extras();
  const detail::BucketIndex* index = index_of(this->index(), extras);
  if (index == nullptr && extras == nullptr) return;  // removed
  const std::size_t bucket = index == nullptr ? detail::kSlotByValue : (*index)(v);
  if (extras != nullptr && extras->native != nullptr) {
    detail::native_cells(*this).cells.observe(v, n);
  } else {
    const std::size_t bytes = (index->bounds().size() + 1) * sizeof(detail::PairCell);
    detail::add_pair_slow(head_, bytes, bucket * sizeof(detail::PairCell), own()[bucket],
                          detail::PairCell{n, v * static_cast<double>(n)});
  }
  if (extras != nullptr && extras->exemplars) detail::offer_exemplar(exemplars_, bucket, v);
}

void Histogram::observe_with_extras(double v) noexcept {
  const detail::HistogramExtras* extras = this->extras();
  if (extras == nullptr) [[unlikely]]
    return;  // removed
  if (extras->exemplars) [[unlikely]]
    return observe_with_exemplars(*extras, v);
  detail::native_cells(*this).cells.observe(v);  // there is no other extra
}

// Not inlined, so that native buckets alone save no registers for it.
[[gnu::noinline]] void Histogram::observe_with_exemplars(const detail::HistogramExtras& extras, double v) noexcept {
  const std::size_t bucket = extras.index == nullptr ? detail::kSlotByValue : (*extras.index)(v);
  if (extras.native != nullptr) {
    detail::native_cells(*this).cells.observe(v);
  } else if (!detail::add_pair(head_, bucket * sizeof(detail::PairCell), v)) {
    observe_slow(bucket, v);
  }
  detail::offer_exemplar(exemplars_, bucket, v);
}

void Histogram::observe(double v, ExemplarLabels exemplar) noexcept {
  const detail::HistogramExtras* extras = this->extras();
  const detail::BucketIndex* index = index_of(this->index(), extras);
  if (v == v && (index != nullptr || extras != nullptr))
    detail::record_exemplar(exemplars_, index == nullptr ? detail::kSlotByValue : (*index)(v), v, exemplar);
  observe(v);  // after it, so that it is not the turn of an automatic one
}

namespace detail {

namespace {

// What histograms of the same bounds share. Lives as long as its family, since a reference to a removed series may
// still lead to its index.
struct BucketLayout : BucketIndex {
  BucketLayout(std::span<const double> bounds, Environment& environment, bool automatic)
      : BucketIndex{bounds}, exemplars{bounds.size() + 1, environment}, extras{nullptr, this, automatic} {}

  [[nodiscard]] std::size_t buckets() const noexcept { return bounds().size() + 1; }
  [[nodiscard]] double upper_bound(std::size_t bucket) const noexcept {
    return bucket < bounds().size() ? bounds()[bucket] : std::numeric_limits<double>::infinity();
  }

  ExemplarPool exemplars;
  HistogramExtras extras;
  BucketLabels text_labels{Format::Text};
  BucketLabels openmetrics_labels{Format::OpenMetrics};
};

class HistogramFamily final : public FamilyBase {
 public:
  HistogramFamily(Declaration declaration, Environment& environment)
      : FamilyBase{bytes(bounds_of(declaration).size() + 1), MetricType::Histogram, std::move(declaration),
                   environment},
        layout_{bounds_of(declared()), environment,
                declared().options.exemplars && environment.trace_source.current != nullptr} {}
  ~HistogramFamily() override { retire_all(); }

 private:
  // Series with bounds of their own: what they share, and their memory. Grows with the lists of bounds, and not with
  // the series that come and go.
  struct OwnBounds {
    std::map<std::vector<double>, BucketLayout> layouts;
    InstrumentArena memory;
  };
  static constexpr std::size_t kMaxLayouts = 1'000;

  static const std::vector<double>& bounds_of(const Declaration& declared) {
    return std::get<HistogramShape>(declared.shape).bounds;
  }
  static std::size_t bytes(std::size_t buckets) noexcept { return sizeof(Histogram) + buckets * sizeof(PairCell); }

  // Calls visit(bucket, pair) for each bucket; some are read at once, which costs less than one by one.
  template <class Visit>
  static void for_each_bucket(const Histogram& histogram, const BucketLayout& layout, Visit visit) {
    PairCell pairs[16];
    const std::size_t buckets = layout.buckets();
    for (std::size_t begin = 0; begin < buckets; begin += std::size(pairs)) {
      const std::span some{pairs, std::min(buckets - begin, std::size(pairs))};
      sum_pairs(Access::head(histogram), begin * sizeof(PairCell), Access::own(histogram) + begin, some);
      for (std::size_t i = 0; i < some.size(); ++i) visit(begin + i, some[i]);
    }
  }

  // Null if its series was removed, and its memory has turned into zeros.
  [[nodiscard]] static BucketLayout* layout_of(const Histogram& histogram) noexcept {
    const BucketIndex* index = index_of(Access::index(histogram), Access::extras(histogram));
    return static_cast<BucketLayout*>(const_cast<BucketIndex*>(index));  // there are no others here
  }

  // Old references may lead to its lists of bounds, so they stay.
  [[nodiscard]] bool is_reusable() const noexcept override {
    return own_ == nullptr || own_->layouts.size() < kMaxLayouts / 10;
  }

  static Histogram& construct(void* at, BucketLayout& layout) noexcept {
    Histogram& histogram = Access::make(at, layout);
    Access::exemplars(histogram).store(layout.exemplars.none(), std::memory_order_release);
    if (layout.extras.exemplars) {
      Access::set_extras(histogram, layout.extras);
      layout.exemplars.take(Access::exemplars(histogram));
    }
    Access::head(histogram).state.store(kLive, std::memory_order_relaxed);
    return histogram;
  }

  void construct(void* at, bool alone) override {
    Histogram& histogram = construct(at, layout_);
    if (alone) spread(Access::head(histogram), layout_.buckets() * sizeof(PairCell), Spread::Now);
  }

  void* make_with(const Buckets& buckets) override {
    const std::vector<double> bounds{buckets.bounds().begin(), buckets.bounds().end()};
    if (bounds == bounds_of(declared())) return nullptr;
    if (own_ == nullptr) own_ = std::make_unique<OwnBounds>();
    auto layout = own_->layouts.find(bounds);
    if (layout == own_->layouts.end()) {
      if (own_->layouts.size() >= kMaxLayouts) return nullptr;
      layout = own_->layouts.try_emplace(bounds, bounds, environment(), layout_.extras.exemplars).first;
    }
    return &construct(own_->memory.allocate(bytes(layout->second.buckets())), layout->second);
  }

  bool release_own(void* instrument) noexcept override {
    const BucketLayout* layout = layout_of(*static_cast<Histogram*>(instrument));
    if (layout == &layout_) return false;
    own_->memory.release(instrument, bytes(layout->buckets()));
    return true;
  }

  void retire(void* instrument) noexcept override {
    auto& histogram = *static_cast<Histogram*>(instrument);
    BucketLayout& layout = *layout_of(histogram);
    layout.exemplars.release(Access::exemplars(histogram));
    detail::retire(Access::head(histogram), layout.buckets() * sizeof(PairCell));
  }

  void read(void* instrument, MetricSnapshot& out, bool exemplars) override {
    auto& histogram = *static_cast<Histogram*>(instrument);
    BucketLayout* layout = layout_of(histogram);
    if (layout == nullptr) return;
    cool(Access::head(histogram));
    out.count = 0;
    out.sum = 0;
    out.buckets.resize(layout->buckets());
    for_each_bucket(histogram, *layout, [&](std::size_t i, const PairCell& pair) {
      out.count += pair.count;
      out.sum += pair.sum;
      out.buckets[i] = {layout->upper_bound(i), out.count};
    });
    if (exemplars) layout->exemplars.read(Access::exemplars(histogram), out.exemplars);
  }

  std::uint64_t activity(void* instrument) const noexcept override {
    const auto& histogram = *static_cast<Histogram*>(instrument);
    const BucketLayout* layout = layout_of(histogram);
    if (layout == nullptr) return 0;
    std::uint64_t count = 0;
    for_each_bucket(histogram, *layout, [&](std::size_t, const PairCell& pair) { count += pair.count; });
    return count;
  }

  void write(TextWriter& writer, const Series& series, void* instrument, MetricSnapshot& scratch) override {
    auto& histogram = *static_cast<Histogram*>(instrument);
    BucketLayout* layout = layout_of(histogram);
    if (layout == nullptr) return;
    if (writer.is_openmetrics() && (writer.has_created_lines() || layout->exemplars.is_used()))
      return FamilyBase::write(writer, series, instrument, scratch);
    cool(Access::head(histogram));
    const auto before = writer.mark();
    BucketLabels& bucket_labels = writer.is_openmetrics() ? layout->openmetrics_labels : layout->text_labels;
    writer.begin_histogram(series.text());
    std::uint64_t count = 0;
    double sum = 0;
    for_each_bucket(histogram, *layout, [&](std::size_t i, const PairCell& pair) {
      count += pair.count;
      sum += pair.sum;
      writer.add_bucket(bucket_labels.of(i, layout->upper_bound(i)), count);
    });
    writer.end_histogram(sum, count, layout->bounds().front() < 0);
    writer.settle(before, series.is_removed());
  }

  BucketLayout layout_;
  std::unique_ptr<OwnBounds> own_;  // under the family's lock, as what it holds but for the indexes
};

}  // namespace

std::unique_ptr<FamilyBase> make_histograms(Declaration declared, Environment& environment) {
  if (std::get<HistogramShape>(declared.shape).native) return make_native_histograms(std::move(declared), environment);
  return std::make_unique<HistogramFamily>(std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
