#include "core/instruments/native_cells.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>
#include <utility>

namespace vitals::detail {

namespace {

using NativeSide = std::vector<NativeBuckets::Bucket>;

// Sorts, and makes one of those with the same index.
void join(NativeSide& buckets) {
  std::sort(buckets.begin(), buckets.end(), [](const auto& a, const auto& b) { return a.index < b.index; });
  auto last = buckets.begin();
  for (auto next = buckets.begin(); next != buckets.end(); ++next) {
    if (next == last) continue;
    if (next->index == last->index) {
      last->count += next->count;
    } else {
      *++last = *next;
    }
  }
  if (last != buckets.end()) buckets.erase(std::next(last), buckets.end());
}

void halve(NativeBuckets& native) {
  --native.schema;
  for (NativeSide* buckets : {&native.positive, &native.negative}) {
    for (auto& bucket : *buckets) bucket.index = coarser(bucket.index, 1);
    join(*buckets);
  }
}

std::int32_t smallest_index(const NativeBuckets& native) noexcept {
  constexpr std::int32_t kNone = std::numeric_limits<std::int32_t>::max();
  return std::min(native.positive.empty() ? kNone : native.positive.front().index,
                  native.negative.empty() ? kNone : native.negative.front().index);
}

void widen_zero(NativeBuckets& native, std::int32_t index) {
  native.zero_threshold = log_bound(index, native.schema);
  for (NativeSide* buckets : {&native.positive, &native.negative}) {
    if (buckets->empty() || buckets->front().index != index) continue;
    native.zero_count += buckets->front().count;
    buckets->erase(buckets->begin());
  }
}

// What a scrape shows depends on which buckets are used, and not on the order in which they came to be; as more are
// used, the schema can only fall and the threshold only rise.
void limit(NativeBuckets& native, const Native& options) {
  while (native.positive.size() + native.negative.size() > options.max_buckets) {
    const std::int32_t smallest = smallest_index(native);
    if (native.schema == kCoarsestSchema || log_bound(smallest, native.schema) <= options.max_zero_threshold) {
      widen_zero(native, smallest);
    } else {
      halve(native);
    }
  }
}

void raise(std::atomic<double>& value, double to) noexcept {
  double old = value.load(std::memory_order_relaxed);
  while (old < to && !value.compare_exchange_weak(old, to, std::memory_order_relaxed)) {
  }
}

}  // namespace

NativeTotals read_native(const NativeCells& cells, const Native& options, NativeBuckets& out,
                         std::vector<std::uint64_t>& classic) {
  const LogLayout* newest = cells.cells.newest();
  out.present = true;
  out.schema = newest == nullptr ? schema_of(options.factor) : newest->schema();
  out.zero_threshold = cells.zero_threshold.load(std::memory_order_relaxed);
  out.positive.clear();
  out.negative.clear();
  // Observations for which there was no memory go there: readers refuse buckets that add up to less than the count.
  const PairCell unplaced = cells.cells.unplaced();
  out.zero_count = unplaced.count;
  NativeTotals totals{unplaced.count, unplaced.sum};
  if (!classic.empty()) classic.back() += unplaced.count;
  LogCells::for_each(newest, [&](const LogLayout& layout, std::uint32_t slot, LogTag tag) {
    const PairCell cell = LogCells::pair(layout, slot);
    if (cell.count == 0) return;
    totals.count += cell.count;
    totals.sum += cell.sum;
    if (tag.classic() < classic.size()) classic[tag.classic()] += cell.count;
    // By its own bound, so that what was once in the bucket of zero stays there when the schema falls.
    if (tag.is_zero() || log_bound(tag.key(layout.steps), layout.schema()) <= out.zero_threshold) {
      out.zero_count += cell.count;
      return;
    }
    const auto steps = static_cast<std::uint32_t>(std::max(0, layout.schema() - out.schema));
    (tag.is_negative() ? out.negative : out.positive).push_back({coarser(tag.key(layout.steps), steps), cell.count});
  });
  join(out.positive);
  join(out.negative);
  limit(out, options);
  raise(cells.zero_threshold, out.zero_threshold);
  return totals;
}

HistogramSnapshot native_snapshot(const Histogram& histogram, const NativeRules& rules) {
  const auto bounds = rules.cells.classic == nullptr ? std::span<const double>{} : rules.cells.classic->bounds();
  std::vector<std::uint64_t> counts(bounds.size() + 1);
  NativeBuckets native;
  const NativeTotals totals = read_native(native_cells(histogram), rules.options, native, counts);
  return {{bounds.begin(), bounds.end()}, std::move(counts), totals.sum, std::move(native)};
}

namespace {

struct Range {
  double lower;
  double upper;
  std::uint64_t count;
};

double interpolate(const Range& bucket, double fraction) noexcept {
  if (bucket.lower <= 0 && bucket.upper >= 0) return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  if (std::isinf(bucket.lower) || std::isinf(bucket.upper)) return bucket.upper > 0 ? bucket.upper : bucket.lower;
  const double sign = bucket.lower > 0 ? 1 : -1;
  const double lower = std::log2(std::abs(bucket.lower));
  const double upper = std::log2(std::abs(bucket.upper));
  return sign * std::exp2(lower + (upper - lower) * fraction);
}

}  // namespace

double native_quantile(const NativeBuckets& native, std::uint64_t count, double q) noexcept {
  if (count == 0 || !(q >= 0 && q <= 1)) return std::numeric_limits<double>::quiet_NaN();
  const double rank = q * static_cast<double>(count);
  std::uint64_t below = 0;
  Range bucket{0, 0, 0};
  const auto holds_rank = [&](double lower, double upper, std::uint64_t n) {
    if (n == 0) return false;
    below += bucket.count;
    bucket = {lower, upper, n};
    // A rank between two buckets is the end of the lower one, or, from the median on, the start of the upper one.
    const auto up_to = static_cast<double>(below + n);
    return q < 0.5 ? up_to >= rank : up_to > rank;
  };
  const auto find = [&] {
    for (auto i = native.negative.rbegin(); i != native.negative.rend(); ++i)
      if (holds_rank(-log_bound(i->index, native.schema), -log_bound(i->index - 1, native.schema), i->count)) return;
    // Where all values have one sign, zero is where the bucket of zero ends.
    const double lower = native.negative.empty() && !native.positive.empty() ? 0 : -native.zero_threshold;
    const double upper = native.positive.empty() && !native.negative.empty() ? 0 : native.zero_threshold;
    if (holds_rank(lower, upper, native.zero_count)) return;
    for (const auto& i : native.positive)
      if (holds_rank(log_bound(i.index - 1, native.schema), log_bound(i.index, native.schema), i.count)) return;
  };
  find();
  if (bucket.count == 0) return std::numeric_limits<double>::quiet_NaN();  // all observations are unplaced
  return interpolate(bucket, std::min(1.0, (rank - static_cast<double>(below)) / static_cast<double>(bucket.count)));
}

}  // namespace vitals::detail
