#include "prometheus_cpp/both_libraries.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace vitals::testing {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kSmallest = std::numeric_limits<double>::denorm_min();
constexpr std::size_t kSets = 35;  // of label values

const std::vector<double> kBounds{-0x1p910, -1.5, -kSmallest, 0, kSmallest, 1e-310, 0.1, 1. / 3, 1, 100, 0x1p910};
// Quantiles, which each library estimates in its own way, can't be the same; sum and count must be.
const prometheus::Summary::Quantiles kNoQuantiles;

// All values of a series are whole multiples of one power of two, so that sums are exact in whatever order.
constexpr int kCounterScales[] = {-1074, -1040, -20, 0, 10};
constexpr int kScales[] = {-1074, -1040, -20, -3, 0, 10, 900};

double whole(Random& random) { return static_cast<double>(random() % (1u << 20)); }
double small_whole(Random& random) { return static_cast<double>(random() % 25) - 12; }  // often on a bound
double signed_whole(Random& random) { return whole(random) - (1u << 19); }

std::string label_value(Random& random) {
  constexpr std::string_view kPieces[] = {"a",       "b",    "\\",  "\"", "\n", "n",  "{",        "}",
                                          ",",       "=",    " ",   "#",  "\t", "\r", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                          {"\0", 1}, "\x7F", "\\n", "_"};
  std::string value;
  for (auto n = random() % 7; n > 0; --n) value += kPieces[random() % std::size(kPieces)];
  return value;
}

double any_value(Random& random) {
  constexpr double kSpecial[] = {
      0,   -0.0,   kInfinity, -kInfinity, kSmallest, -kSmallest, 1e300, 0x1p53 + 2,
      0.1, 1e-310, 1e21,      1e-5,       -1,        100000,     1e6,   std::numeric_limits<double>::max()};
  if (random() % 4 == 0) return kSpecial[random() % std::size(kSpecial)];
  if (random() % 16 == 0) return std::nan("");
  return std::ldexp(static_cast<double>(static_cast<std::int64_t>(random())), static_cast<int>(random() % 1900) - 1100);
}

}  // namespace

BothLibraries::BothLibraries(std::uint64_t seed) {
  Random random{seed};
  while (values_.size() < kSets) {
    auto value = label_value(random);
    if (std::find(values_.begin(), values_.end(), value) == values_.end()) values_.push_back(std::move(value));
  }
  std::vector<std::function<void()>> families{
      [this] {
        counters_ = &ours.counter("requests_total", "Requests.", {"path", "code"});
        their_counters_ = &prometheus::BuildCounter().Name("requests_total").Help("Requests.").Register(*theirs);
      },
      [this] {
        gauges_ = &ours.gauge("level", "Level.", {"where"});
        their_gauges_ = &prometheus::BuildGauge().Name("level").Help("Level.").Register(*theirs);
      },
      [this] {
        histograms_ = &ours.histogram("took_seconds", "Took.", {"what"}, Buckets{kBounds});
        their_histograms_ = &prometheus::BuildHistogram().Name("took_seconds").Help("Took.").Register(*theirs);
      },
      [this] {
        summaries_ = &ours.summary("wait_seconds", "Wait.", {"what"}, {.quantiles = {}});
        their_summaries_ = &prometheus::BuildSummary().Name("wait_seconds").Help("Wait.").Register(*theirs);
      },
      [this] {
        counter_ = &ours.counter("events_total", "Events.");
        their_counter_ = &prometheus::BuildCounter().Name("events_total").Help("Events.").Register(*theirs).Add({});
      },
      [this] {
        gauge_ = &ours.gauge("height", "Height.");
        their_gauge_ = &prometheus::BuildGauge().Name("height").Help("Height.").Register(*theirs).Add({});
      },
      [this] {
        histogram_ = &ours.histogram("size_bytes", "Size.", Buckets{kBounds});
        their_histogram_ =
            &prometheus::BuildHistogram().Name("size_bytes").Help("Size.").Register(*theirs).Add({}, kBounds);
      }};
  std::shuffle(families.begin(), families.end(), random);
  for (const auto& make : families) make();
}

void BothLibraries::add_by_chance(Random& random) {
  switch (random() % 3) {
    case 0:
      return increment(random);
    case 1:
      return change(random);
    default:
      return observe(random);
  }
}

void BothLibraries::do_by_chance(Random& random) {
  if (random() % 64 == 0) return remove(random);
  return random() % 4 == 0 ? set(random) : add_by_chance(random);
}

// Both drop what is negative.
void BothLibraries::increment(Random& random) {
  const auto set = random() % kSets;
  const std::string& path = values_[set];
  const std::string& code = values_[random() % 3];
  double n = std::ldexp(whole(random), kCounterScales[set % std::size(kCounterScales)]);
  if (random() % 16 == 0) n = -n;
  counters_->with(path, code).add(n);
  their_counters_->Add({{"path", path}, {"code", code}}).Increment(n);
  if (random() % 4 != 0) return;
  const auto events = random() % 1000;
  counter_->inc(events);
  their_counter_->Increment(static_cast<double>(events));
}

void BothLibraries::change(Random& random) {
  const auto set = random() % kSets;
  const double v = std::ldexp(signed_whole(random), kScales[set % std::size(kScales)]);
  Gauge& gauge = gauges_->with(values_[set]);
  auto& their_gauge = their_gauges_->Add({{"where", values_[set]}});
  if (random() % 2 == 0) {
    gauge.add(v);
    their_gauge.Increment(v);
    gauge_->inc();
    their_gauge_->Increment();
  } else {
    gauge.sub(v);
    their_gauge.Decrement(v);
    gauge_->dec();
    their_gauge_->Decrement();
  }
}

void BothLibraries::observe(Random& random) {
  const auto set = random() % kSets;
  double v =
      std::ldexp(random() % 4 == 0 ? small_whole(random) : signed_whole(random), kScales[set % std::size(kScales)]);
  if (random() % 1024 == 0) v = set % 2 == 0 ? kInfinity : -kInfinity;
  histograms_->with(values_[set]).observe(v);
  their_histograms_->Add({{"what", values_[set]}}, kBounds).Observe(v);
  if (random() % 4 == 0) {
    summaries_->with(values_[set]).observe(v);
    their_summaries_->Add({{"what", values_[set]}}, kNoQuantiles).Observe(v);
  }
  if (random() % 4 != 0) return;
  const double bytes = whole(random) / 8;
  histogram_->observe(bytes);
  their_histogram_->Observe(bytes);
}

void BothLibraries::set(Random& random) {
  const std::string& where = values_[random() % kSets];
  const double v = any_value(random);
  if (random() % 2 == 0 && !std::isnan(v)) {  // ours drop an added NaN
    gauges_->with(where).add(v);
    their_gauges_->Add({{"where", where}}).Increment(v);
  } else {
    gauges_->with(where).set(v);
    their_gauges_->Add({{"where", where}}).Set(v);
  }
}

void BothLibraries::remove(Random& random) {
  const std::string& value = values_[random() % kSets];
  const std::string& code = values_[random() % 3];
  switch (random() % 4) {
    case 0:
      counters_->remove(value, code);
      return their_counters_->Remove(&their_counters_->Add({{"path", value}, {"code", code}}));
    case 1:
      gauges_->remove(value);
      return their_gauges_->Remove(&their_gauges_->Add({{"where", value}}));
    case 2:
      summaries_->remove(value);
      return their_summaries_->Remove(&their_summaries_->Add({{"what", value}}, kNoQuantiles));
    default:
      histograms_->remove(value);
      return their_histograms_->Remove(&their_histograms_->Add({{"what", value}}, kBounds));
  }
}

}  // namespace vitals::testing
