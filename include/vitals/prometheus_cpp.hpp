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

  /// All metrics of the registry. Whole numbers above 2^53 are rounded: prometheus-cpp has only doubles.
  [[nodiscard]] std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const Registry& registry_;
};

/// Exposes the metrics of prometheus-cpp (a prometheus::Registry, or any Collectable) with those of `registry`, for as
/// long as the token lives, which also keeps `theirs` alive. A family whose name `registry` has itself is left out and
/// counted in vitals_collector_errors_total. Timestamps are dropped. Thread-safe; rules of Registry::add_collector.
CollectorToken add_prometheus_cpp(Registry& registry, std::shared_ptr<prometheus::Collectable> theirs);

}  // namespace vitals
