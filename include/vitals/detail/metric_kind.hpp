#pragma once

#include <vitals/snapshot.hpp>

namespace vitals {

class Buckets;
class States;
struct Native;
struct PeakOptions;
struct SummaryOptions;

namespace detail {

/// A type of metric, and what that type alone is declared with.
struct MetricKind {
  MetricType type;
  const Buckets* buckets = nullptr;
  const Native* native = nullptr;
  const SummaryOptions* summary = nullptr;
  const PeakOptions* peak = nullptr;
  const States* states = nullptr;
};

}  // namespace detail
}  // namespace vitals
