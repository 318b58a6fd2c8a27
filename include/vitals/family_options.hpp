#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <vitals/detail/abi.hpp>

namespace vitals {

/// What a family does beside counting. Where a metric is declared again, what it was given first holds, and what it is
/// given then is ignored; but the unit must be the same.
struct FamilyOptions {
  /// Further label sets share one series whose label values are all `_overflow`, or, where label names are any,
  /// another (DynamicFamily); vitals_series_overflow_total counts the look-ups that end there, not the label sets.
  std::size_t max_series = 10'000;
  /// Series with labels end, as by remove(), when scrapes (snapshot() is one too) have found the same value in them for
  /// that long, by the steady time of the registry's clock; 0: never. A gauge that is set to what it was is unchanged.
  /// A reference to a series that has ended stays dead, also when its labels are asked for again: in such a family call
  /// with() for each update, and keep no references. Costs recording nothing.
  std::chrono::nanoseconds expire_after{0};
  /// OpenMetrics and protobuf: what the name (without `_total`) ends in, such as "seconds"; empty: none.
  std::string_view unit = {};
  /// Counters and histograms: what is recorded in a sampled trace is shown with it, as RegistryOptions says. Such a
  /// counter's inc() is a locked instruction and 10 ns more.
  bool exemplars = false;
  /// Counters: the name stays as it is given, also without `_total`: for names that others have chosen. OpenMetrics,
  /// where counters must end so, has such a one as of type unknown, without exemplars and start. Other types keep their
  /// names anyway.
  bool exact_name = false;
};

}  // namespace vitals
