#pragma once

#include <vector>

#include <prometheus/metric_family.h>

#include <vitals/snapshot.hpp>

namespace vitals::detail {

/// Appends what a family of ours is to prometheus-cpp: nothing, one family, or for gauge histograms three.
void append_theirs(FamilySnapshot ours, std::vector<prometheus::MetricFamily>& out);

/// Appends the families of prometheus-cpp as ours, those of one name and type as one.
void append_ours(const std::vector<prometheus::MetricFamily>& theirs, std::vector<FamilySnapshot>& out);

}  // namespace vitals::detail
