#include <algorithm>
#include <bit>
#include <cmath>
#include <new>
#include <utility>

#include <vitals/counter.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/cells/cells.hpp"
#include "core/exemplars/exemplar_pool.hpp"
#include "core/formats/text_writer.hpp"
#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"

namespace vitals {

namespace {

constexpr std::size_t kFraction = sizeof(std::uint64_t);  // after the whole number
constexpr std::size_t kBytes = kFraction + sizeof(double);
constexpr double kLimit = 0x1p64;
constexpr double kMostExact = 0x1p53;  // above it not every whole number is a double

bool has_automatic_exemplars(const detail::CellHead& head) noexcept {
  return head.state.load(std::memory_order_relaxed) == detail::kPinned;
}

}  // namespace

// Inline, for the scrapes below.
inline detail::Access::CounterValue detail::Access::read(const Counter& counter) noexcept {
  CounterValue value{counter.whole_.load(std::memory_order_relaxed), counter.fraction_.load(std::memory_order_relaxed)};
  if (counter.head_.stripes.load(std::memory_order_relaxed) != 0) {
    value.whole += sum_u64(counter.head_, 0);
    value.fraction += sum_double(counter.head_, kFraction);
  }
  // raise_to() puts whole numbers there.
  if (value.fraction != 0 && value.fraction < kLimit && std::trunc(value.fraction) == value.fraction)
    value.whole += static_cast<std::uint64_t>(std::exchange(value.fraction, 0));
  return value;
}

double Counter::value() const noexcept {
  const auto [whole, fraction] = detail::Access::read(*this);
  return static_cast<double>(whole) + fraction;
}

// All zero: what a removed counter is.
void* detail::ended(const Counter*) noexcept {
  alignas(Counter) static std::byte memory[sizeof(Counter)];
  return memory;
}

void Counter::add_slow(std::uint64_t n) noexcept {
  detail::add_slow(head_, kBytes, 0, whole_, n);
  if (has_automatic_exemplars(head_)) detail::offer_exemplar(exemplars_, 0, static_cast<double>(n));
}

void Counter::add_slow(double v) noexcept {
  detail::add_slow(head_, kBytes, kFraction, fraction_, v);
  if (has_automatic_exemplars(head_)) detail::offer_exemplar(exemplars_, 0, v);
}

void Counter::inc_with(std::uint64_t n, ExemplarLabels exemplar) noexcept {
  if (!detail::add<0>(head_, n)) detail::add_slow(head_, kBytes, 0, whole_, n);
  detail::record_exemplar(exemplars_, 0, static_cast<double>(n), exemplar);
}

void Counter::add(double v, ExemplarLabels exemplar) noexcept {
  if (!(v >= 0 && v < kLimit)) return detail::drop_update();
  detail::record_exemplar(exemplars_, 0, v, exemplar);  // first: then it is not the turn of an automatic one
  add(v);
}

void Counter::add_large(double v) noexcept {
  if (v >= 0 && v < kLimit) return add_whole(static_cast<std::uint64_t>(v));
  detail::drop_update();
}

// A total up to 2^53 is reached by fraction_ alone, and one beyond by whole_, but not before fraction_ has brought the
// value to 2^53. Each step is a compare-and-swap of one cell, which knows that no other total was there since it read
// that cell. Why two that change different cells can't add up: who changes whole_ has seen the value at 2^53, by a
// fraction_ that all who could still change it must meet, and then have nothing to do.
void Counter::raise_to_double(double total) noexcept {
  if (!(total >= 0 && total < kLimit)) return detail::drop_update();
  if (total > kMostExact) return raise_to_whole(static_cast<std::uint64_t>(total));
  double own = fraction_.load(std::memory_order_relaxed);
  for (;;) {
    const double others = static_cast<double>(whole_.load(std::memory_order_relaxed) + detail::sum_u64(head_, 0)) +
                          detail::sum_double(head_, kFraction);
    const double wanted = total - others;  // exact, unless fractions were added
    if (!(wanted > own)) return;
    if (fraction_.compare_exchange_weak(own, wanted, std::memory_order_relaxed)) return;
  }
}

void Counter::raise_to_whole(std::uint64_t total) noexcept {
  raise_to_double(std::min(static_cast<double>(total), kMostExact));
  if (total <= static_cast<std::uint64_t>(kMostExact)) return;
  std::uint64_t own = whole_.load(std::memory_order_relaxed);
  for (;;) {
    const double fraction = fraction_.load(std::memory_order_relaxed) + detail::sum_double(head_, kFraction);
    if (!(fraction < kLimit)) return;
    const std::uint64_t others = detail::sum_u64(head_, 0) + static_cast<std::uint64_t>(std::ceil(fraction));
    if (others >= total || own >= total - others) return;
    if (whole_.compare_exchange_weak(own, total - others, std::memory_order_relaxed)) return;
  }
}

namespace detail {

namespace {

class CounterFamily final : public FamilyBase {
 public:
  CounterFamily(Declaration declared, Environment& environment)
      : FamilyBase{sizeof(Counter), MetricType::Counter, std::move(declared), environment},
        exemplars_{1, environment},
        automatic_{this->declared().options.exemplars && environment.trace_source.current != nullptr} {}
  ~CounterFamily() override { retire_all(); }

 private:
  void construct(void* at, bool alone) override {
    auto& counter = *new (at) Counter;
    CellHead& head = Access::head(counter);
    head.state.store(automatic_ ? kPinned : kLive, std::memory_order_relaxed);
    Access::exemplars(counter).store(exemplars_.none(), std::memory_order_release);
    if (automatic_) exemplars_.take(Access::exemplars(counter));
    if (alone) spread(head, kBytes, Spread::Now);
  }

  void retire(void* instrument) noexcept override {
    auto& counter = *static_cast<Counter*>(instrument);
    exemplars_.release(Access::exemplars(counter));
    detail::retire(Access::head(counter), kBytes);
  }

  void read(void* instrument, MetricSnapshot& out, bool exemplars) override {
    auto& counter = *static_cast<Counter*>(instrument);
    cool(Access::head(counter));
    const auto [whole, fraction] = Access::read(counter);
    out.value = static_cast<double>(whole) + fraction;
    out.whole = fraction == 0 ? whole : 0;
    if (exemplars) exemplars_.read(Access::exemplars(counter), out.exemplars);
  }

  void write(TextWriter& writer, const Series& series, void* instrument, MetricSnapshot& scratch) override {
    if (writer.is_openmetrics() && (writer.has_created_lines() || exemplars_.is_used()))
      return FamilyBase::write(writer, series, instrument, scratch);
    auto& counter = *static_cast<Counter*>(instrument);
    cool(Access::head(counter));
    const auto [whole, fraction] = Access::read(counter);
    if (series.is_removed()) return;
    if (fraction == 0) [[likely]] {
      writer.add_number(series.text(), whole);
    } else {
      writer.add_number(series.text(), static_cast<double>(whole) + fraction);
    }
  }

  std::uint64_t activity(void* instrument) const noexcept override {
    const auto [whole, fraction] = Access::read(*static_cast<Counter*>(instrument));
    return whole ^ std::bit_cast<std::uint64_t>(fraction);
  }

  ExemplarPool exemplars_;
  const bool automatic_;
};

}  // namespace

std::unique_ptr<FamilyBase> make_counters(Declaration declared, Environment& environment) {
  return std::make_unique<CounterFamily>(std::move(declared), environment);
}

}  // namespace detail
}  // namespace vitals
