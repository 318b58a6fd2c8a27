#include <cmath>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>

#include <vitals/summary.hpp>

#include "core/instruments/families.hpp"
#include "core/instruments/summary_cells.hpp"

namespace vitals {

SummarySnapshot::SummarySnapshot(std::uint64_t count, double sum, std::vector<Bucket> window)
    : count_{count}, sum_{sum}, window_count_{0}, window_{std::move(window)} {
  for (const Bucket& bucket : window_) window_count_ += bucket.count;
}

double SummarySnapshot::quantile(double q) const noexcept { return detail::quantile_of(window_, window_count_, q); }

void* detail::ended(const Summary*) noexcept {
  alignas(SummaryCells) static std::byte memory[sizeof(SummaryCells)];
  return static_cast<Summary*>(reinterpret_cast<SummaryCells*>(memory));
}

void Summary::observe(double v) noexcept {
  if (v != v) [[unlikely]]
    return detail::drop_update();
  static_cast<detail::SummaryCells&>(*this).observe(v);
}

void Summary::observe_many(double v, std::uint64_t n) noexcept {
  if (n == 0) return;
  if (v != v) return detail::drop_update();
  static_cast<detail::SummaryCells&>(*this).observe(v, n);
}

SummarySnapshot Summary::snapshot() const {
  std::vector<SummarySnapshot::Bucket> window;
  const auto totals = static_cast<const detail::SummaryCells&>(*this).read(window);
  return {totals.count, totals.sum, std::move(window)};
}

namespace detail {

namespace {

// 64 buckets per octave: a bucket's bounds are 1.09 % apart, and the value that stands for it 0.55 % from either.
constexpr std::int32_t kSchema = 6;
constexpr std::size_t kBuckets = 1500;

class SummaryFamily final : public FamilyBase {
 public:
  SummaryFamily(Declaration declaration, Environment& environment)
      : FamilyBase{SummaryCells::bytes(rules_of(declaration)), MetricType::Summary, std::move(declaration),
                   environment},
        rules_{rules_of(declared())} {
    rules_.cells.memory = &memory_;
    rules_.clock = environment.clock;
  }
  ~SummaryFamily() override { retire_all(); }

 private:
  static SummaryRules rules_of(const Declaration& declared) noexcept {
    const auto& options = std::get<SummaryOptions>(declared.shape);
    return {.cells = {.schema = kSchema,
                      .zero_threshold = kLargestSubnormal,
                      .buckets = kBuckets,
                      .classic = nullptr,
                      .slices = options.slices,
                      .capacity = declared.labels.empty() ? 64U : 16U,
                      .memory = nullptr},
            .clock = nullptr,
            .slice = options.window.count() / static_cast<std::int64_t>(options.slices)};
  }

  void construct(void* at, bool alone) override { new (at) SummaryCells{rules_, alone}; }
  void retire(void* instrument) noexcept override { static_cast<SummaryCells*>(instrument)->retire(); }

  void read(void* instrument, MetricSnapshot& out, bool /*exemplars*/) override {
    auto& cells = *static_cast<SummaryCells*>(instrument);
    cells.cool();
    const auto totals = cells.read(window_);
    out.count = totals.count;
    out.sum = totals.sum;
    std::uint64_t count = 0;
    for (const auto& bucket : window_) count += bucket.count;
    out.quantiles.clear();
    for (const double q : std::get<SummaryOptions>(declared().shape).quantiles)
      out.quantiles.push_back({q, quantile_of(window_, count, q)});
  }

  std::uint64_t activity(void* instrument) const noexcept override {
    return static_cast<const SummaryCells*>(instrument)->cells().count();
  }

  PageArena memory_;
  SummaryRules rules_;
  std::vector<SummarySnapshot::Bucket> window_;  // of one series that is being read
};

}  // namespace

std::unique_ptr<FamilyBase> make_summaries(Declaration declared, Environment& environment) {
  return std::make_unique<SummaryFamily>(std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
