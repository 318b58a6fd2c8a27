#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/summary.h>

#include <vitals/vitals.hpp>

namespace vitals::testing {

using Random = std::mt19937_64;

/// The same metrics in both libraries; each operation is done to both.
class BothLibraries {
 public:
  /// Families are registered in an order by chance.
  explicit BothLibraries(std::uint64_t seed);

  /// What may follow in any order with the same outcome: increments and observations whose sums are exact.
  void add_by_chance(Random& random);
  /// Those, and what makes the order matter: values set, sums that round, series removed.
  void do_by_chance(Random& random);

  Registry ours;
  std::shared_ptr<prometheus::Registry> theirs = std::make_shared<prometheus::Registry>();

 private:
  void increment(Random& random);
  void change(Random& random);
  void observe(Random& random);
  void set(Random& random);
  void remove(Random& random);

  std::vector<std::string> values_;  // of labels

  Family<Counter, 2>* counters_ = nullptr;
  Family<Gauge, 1>* gauges_ = nullptr;
  Family<Histogram, 1>* histograms_ = nullptr;
  Family<Summary, 1>* summaries_ = nullptr;
  Counter* counter_ = nullptr;
  Gauge* gauge_ = nullptr;
  Histogram* histogram_ = nullptr;
  prometheus::Family<prometheus::Counter>* their_counters_ = nullptr;
  prometheus::Family<prometheus::Gauge>* their_gauges_ = nullptr;
  prometheus::Family<prometheus::Histogram>* their_histograms_ = nullptr;
  prometheus::Family<prometheus::Summary>* their_summaries_ = nullptr;
  prometheus::Counter* their_counter_ = nullptr;
  prometheus::Gauge* their_gauge_ = nullptr;
  prometheus::Histogram* their_histogram_ = nullptr;
};

}  // namespace vitals::testing
