#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "core/exemplars/exemplar_pool.hpp"
#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"
#include "core/instruments/histogram_extras.hpp"
#include "core/instruments/native_cells.hpp"

namespace vitals::detail {

namespace {

// Few cells at first, for families may have many series; a histogram that is alone is likely to be used.
constexpr std::uint32_t kFewCells = 16;
constexpr std::uint32_t kManyCells = 64;

class NativeHistogramFamily final : public FamilyBase {
 public:
  NativeHistogramFamily(Declaration declaration, Environment& environment)
      : FamilyBase{bytes(rules_of(declaration)), MetricType::Histogram, std::move(declaration), environment},
        index_{bounds().empty() ? nullptr : std::make_unique<BucketIndex>(bounds())},
        rules_{rules_of(declared())},
        exemplars_{index_ == nullptr ? kSlotsByValue : bounds().size() + 1, environment},
        extras_{&rules_, index_.get(), declared().options.exemplars && environment.trace_source.current != nullptr},
        counts_(bounds().size() + 1) {
    rules_.cells.classic = index_.get();
    rules_.cells.memory = &memory_;
  }
  ~NativeHistogramFamily() override { retire_all(); }

 private:
  [[nodiscard]] const std::vector<double>& bounds() const { return std::get<HistogramShape>(declared().shape).bounds; }
  static NativeRules rules_of(const Declaration& declared) noexcept {
    const Native& native = *std::get<HistogramShape>(declared.shape).native;
    // Buckets that the bucket of zero may take in need cells nevertheless.
    const std::size_t buckets = native.max_zero_threshold > 0 ? 2 * native.max_buckets : native.max_buckets;
    return {native,
            {.schema = schema_of(native.factor),
             .zero_threshold = native.zero_threshold,
             .buckets = buckets,
             .classic = nullptr,
             .slices = 0,
             .capacity = declared.labels.empty() ? kManyCells : kFewCells,
             .memory = nullptr}};
  }
  static std::size_t bytes(const NativeRules& rules) noexcept {
    return sizeof(Histogram) + sizeof(NativeCells) - sizeof(LogCells) + LogCells::bytes(rules.cells);
  }
  static NativeCells& cells(void* instrument) noexcept { return native_cells(*static_cast<Histogram*>(instrument)); }

  void construct(void* at, bool alone) override {
    Histogram& histogram = Access::make(at, extras_);
    Access::exemplars(histogram).store(exemplars_.none(), std::memory_order_release);
    if (extras_.exemplars) exemplars_.take(Access::exemplars(histogram));
    new (&native_cells(histogram)) NativeCells{rules_.cells.zero_threshold, {rules_.cells, alone}};
  }

  void retire(void* instrument) noexcept override {
    exemplars_.release(Access::exemplars(*static_cast<Histogram*>(instrument)));
    cells(instrument).cells.retire();
  }

  void read(void* instrument, MetricSnapshot& out, bool exemplars) override {
    cells(instrument).cells.cool();
    counts_.assign(counts_.size(), 0);
    const NativeTotals totals = read_native(cells(instrument), rules_.options, out.native, counts_);
    out.count = totals.count;
    out.sum = totals.sum;
    if (exemplars) exemplars_.read(Access::exemplars(*static_cast<Histogram*>(instrument)), out.exemplars);
    out.buckets.clear();
    if (index_ == nullptr) return;
    std::uint64_t cumulative = 0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      cumulative += counts_[i];
      out.buckets.push_back(
          {i < index_->bounds().size() ? index_->bounds()[i] : std::numeric_limits<double>::infinity(), cumulative});
    }
  }

  std::uint64_t activity(void* instrument) const noexcept override { return cells(instrument).cells.count(); }

  PageArena memory_;
  std::unique_ptr<BucketIndex> index_;
  NativeRules rules_;
  ExemplarPool exemplars_;
  HistogramExtras extras_;
  std::vector<std::uint64_t> counts_;  // of one series that is being read, by classic bucket
};

}  // namespace

std::unique_ptr<FamilyBase> make_native_histograms(Declaration declared, Environment& environment) {
  return std::make_unique<NativeHistogramFamily>(std::move(declared), environment);
}

}  // namespace vitals::detail
