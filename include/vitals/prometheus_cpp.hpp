#pragma once

// Needs prometheus-cpp's core library (libprometheus-cpp-core).
#include <memory>
#include <vector>

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <vitals/registry.hpp>

namespace vitals {

/// A vitals registry as prometheus-cpp sees it, for prometheus::Exposer::RegisterCollectable and prometheus::Gateway.
/// Thread-safe. Cost: each scrape copies all metrics into prometheus-cpp's structures, as its own registry does.
/// Lifetime: must not outlive the registry. An Exposer keeps only a weak_ptr: keep the shared_ptr.
class PrometheusCppCollectable final : public prometheus::Collectable {
 public:
  explicit PrometheusCppCollectable(const Registry& registry) noexcept : registry_{registry} {}

  /// All metrics of the registry, with the series that to_text() shows. What prometheus-cpp can't express:
  /// - an info is a gauge of value 1, a state set a gauge per state, and a gauge histogram three gauges, `_bucket`,
  ///   `_gcount` and `_gsum`; a histogram that is only native has its +Inf bucket, sum and count
  /// - exemplars, units and start times are left out, and names that are not legacy ones get underscores
  /// - counters are doubles: whole numbers above 2^53 are rounded
  /// - help is escaped as in an exposition (`\\`, `\n`), since its TextSerializer writes it as it is
  /// - that also writes 16 digits of each number, of bounds too, where a double may need 17
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Registry& registry_;
};

/// Exposes the metrics of prometheus-cpp (a prometheus::Registry, or any Collectable) with those of `registry`, for as
/// long as the token lives, which also keeps `theirs` alive. Thread-safe; the rules are those of
/// Registry::add_collector. Throws std::invalid_argument if `theirs` is null.
/// - Families of one name and type are one. Names, label order and values stay as they are; an Info gets its ending
///   `_info`; buckets are ordered and have +Inf; invalid UTF-8 in values becomes U+FFFD.
/// - A family that breaks the data model (its series have the same labels, say), or has a name that `registry` or a
///   family before it has, is left out; if Collect() throws, all of `theirs` are left out of that scrape. Both count in
///   vitals_collector_errors_total, and cost no other metric.
/// - REQUIRES: `theirs` does not in its turn collect `registry`: two scrapes could wait for each other.
CollectorToken add_prometheus_cpp(Registry& registry, std::shared_ptr<prometheus::Collectable> theirs);

}  // namespace vitals
