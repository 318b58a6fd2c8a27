#pragma once

#include <chrono>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include <vitals/testing.hpp>
#include <vitals/vitals.hpp>

#include "http/recorded/recorder.hpp"

namespace vitals::test {

/// The values, so many times over.
[[nodiscard]] std::vector<double> repeated(const std::vector<double>& values, int times);

/// A registry, with all that is recorded in it.
struct Program {
  Program(std::vector<Label> constant, bool utf8_names);

  // To be recorded by the threads, or already.
  void counters();
  void gauges();
  void label_values();
  void histograms();
  void native_histograms();
  void both_histograms();
  void summaries();
  void other_types();
  void callbacks();
  void collector();
  void series_that_end();
  void utf8_names();
  /// Runs the threads, then records what needs an order.
  void record();

  void counter_exemplars();
  void histogram_exemplars();
  void native_exemplars();
  void observe(Histogram& histogram, Recorded recorded) {
    recorder.add(std::move(recorded), [&histogram](double v) { histogram.observe(v); });
  }
  // Once the exemplar is there, time goes on.
  Exemplar now(std::vector<Label> exemplar, double value) { return {std::move(exemplar), value, clock.unix_nanos()}; }
  void pass() { clock.advance(std::chrono::milliseconds{1250}); }

  std::vector<Label> labels;
  vitals::testing::FakeClock clock;
  Registry registry;
  Recorder recorder;
  std::list<CollectorToken> tokens;
  std::vector<std::pair<Summary*, Recorded*>> summaries_read;
};

}  // namespace vitals::test
