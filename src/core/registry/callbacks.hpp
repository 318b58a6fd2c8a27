#pragma once

#include <functional>

#include <vitals/label_names.hpp>
#include <vitals/snapshot.hpp>

#include "core/registry/collector.hpp"

namespace vitals::detail {

/// Where the samples of a callback with labels go.
struct SampleSink {
  FamilySnapshot& family;
  const LabelNames& labels;
};

/// Collectors that ask a callback for the values of one family, whose name, help and type are those of `family`. They
/// throw for a counter that fell, is negative or NaN; the next scrape compares it with what it fell to.
[[nodiscard]] Collector::Function collect_one(FamilySnapshot family, std::function<double()> callback);
[[nodiscard]] Collector::Function collect_each(FamilySnapshot family, LabelNames labels,
                                               std::function<void(SampleSink&)> callback);

}  // namespace vitals::detail
