#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/collector_token.hpp>
#include <vitals/counter.hpp>
#include <vitals/detail/dynamic_families.hpp>
#include <vitals/detail/label_arrays.hpp>
#include <vitals/detail/label_name.hpp>
#include <vitals/detail/metric_kind.hpp>
#include <vitals/detail/users_family.hpp>
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/native.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/samples.hpp>
#include <vitals/scope_options.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/state_set.hpp>
#include <vitals/summary.hpp>

namespace vitals {

class Info;
namespace detail {
struct ScopeState;
}  // namespace detail

/// Where metrics are declared: a registry, or a part of one that Registry::scope() made.
/// Thread-safe. Cost: a copy is a pointer; a declaration takes the registry's lock: do it once and keep the reference.
/// Lifetime: must not be used after its registry, which owns what it declares. Whoever declares metrics may take a
/// `const vitals::Scope&`: it declares too, and is a registry as well.
///
/// The same declaration again gives the same metric; all of it must be equal but what FamilyOptions says. Every member
/// that registers throws std::invalid_argument, naming metric, rule and fix, when a name or a label breaks Prometheus's
/// data model (https://prometheus.io/docs/concepts/data_model/) or clashes with what is registered.
class Scope : public detail::LabelArrays<Scope>, public detail::DynamicFamilies<Scope> {
  // Longer than other headers, since all that declares is one list for whoever looks for a call.
 public:
  Scope(const Scope&) = default;
  Scope& operator=(const Scope&) = delete;  // it might be a registry

  /// A part of this scope: scope({.prefix = "log_", .labels = {{"component", "log"}}}). The same options give the same.
  /// Throws std::invalid_argument for labels that can't be, or that are those of an outer scope or of the registry.
  [[nodiscard]] Scope scope(const ScopeOptions& options) const;

  // The calls below, for label names in an array that has a name: detail::LabelArrays.
  using LabelArrays::counter, LabelArrays::counter_callback, LabelArrays::gauge, LabelArrays::gauge_callback;
  using LabelArrays::histogram, LabelArrays::peak_gauge, LabelArrays::state_set, LabelArrays::summary;
  using LabelArrays::untyped;
  // With label names that are known only when the program runs, counter("a_total", "A.", vitals::LabelNames{names}),
  // which gives a DynamicFamily<Counter>; likewise all others: detail::DynamicFamilies.
  using DynamicFamilies::counter, DynamicFamilies::counter_callback, DynamicFamilies::gauge;
  using DynamicFamilies::gauge_callback, DynamicFamilies::histogram, DynamicFamilies::peak_gauge;
  using DynamicFamilies::state_set, DynamicFamilies::summary, DynamicFamilies::untyped;

  /// A counter is exposed under a name that ends in `_total`; the ending is added if it is not there and
  /// FamilyOptions::exact_name is false.
  Counter& counter(std::string_view name, std::string_view help, const FamilyOptions& options = {}) const {
    return metric<Counter>(name, help, options, {.type = MetricType::Counter});
  }
  Gauge& gauge(std::string_view name, std::string_view help, const FamilyOptions& options = {}) const {
    return metric<Gauge>(name, help, options, {.type = MetricType::Gauge});
  }
  /// Options come after the buckets, also after the default ones:
  /// histogram("a_seconds", "Help.", vitals::Buckets::latency(), {.unit = "seconds"}).
  Histogram& histogram(std::string_view name, std::string_view help, const Buckets& buckets = Buckets::latency(),
                       const FamilyOptions& options = {}) const {
    return metric<Histogram>(name, help, options, {.type = MetricType::Histogram, .buckets = &buckets});
  }
  /// With native buckets: histogram("a_seconds", "Help.", vitals::Native{}), or beside others:
  /// histogram("a_seconds", "Help.", vitals::Buckets::latency(), vitals::Native{}). With labels the same, after them.
  template <std::same_as<Native> Kind>
  Histogram& histogram(std::string_view name, std::string_view help, const Kind& native,
                       const FamilyOptions& options = {}) const {
    return metric<Histogram>(name, help, options, {.type = MetricType::Histogram, .native = &native});
  }
  template <std::same_as<Native> Kind>
  Histogram& histogram(std::string_view name, std::string_view help, const Buckets& buckets, const Kind& native,
                       const FamilyOptions& options = {}) const {
    return metric<Histogram>(name, help, options,
                             {.type = MetricType::Histogram, .buckets = &buckets, .native = &native});
  }
  Summary& summary(std::string_view name, std::string_view help, const SummaryOptions& summary = {},
                   const FamilyOptions& options = {}) const {
    return metric<Summary>(name, help, options, {.type = MetricType::Summary, .summary = &summary});
  }
  PeakGauge& peak_gauge(std::string_view name, std::string_view help, const PeakOptions& peak = {},
                        const FamilyOptions& options = {}) const {
    return metric<PeakGauge>(name, help, options, {.type = MetricType::Gauge, .peak = &peak});
  }
  StateSet& state_set(std::string_view name, std::string_view help, const States& states,
                      const FamilyOptions& options = {}) const {
    return metric<StateSet>(name, help, options, {.type = MetricType::StateSet, .states = &states});
  }
  /// A gauge whose type is not told.
  Gauge& untyped(std::string_view name, std::string_view help, const FamilyOptions& options = {}) const {
    return metric<Gauge>(name, help, options, {.type = MetricType::Untyped});
  }

  /// With labels: counter("requests_total", "Help.", {"method", "status"}).with("GET", "200").inc(). Their names may
  /// also stand in a std::array of texts. A reference to keep is a vitals::Family<vitals::Counter, 2>&.
  template <std::size_t N>
  Family<Counter, N>& counter(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                              const FamilyOptions& options = {}) const {
    return family<Counter>(name, help, labels, options, {.type = MetricType::Counter});
  }
  template <std::size_t N>
  Family<Gauge, N>& gauge(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                          const FamilyOptions& options = {}) const {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Gauge});
  }
  template <std::size_t N>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Buckets& buckets = Buckets::latency(),
                                  const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .buckets = &buckets});
  }
  template <std::size_t N, std::same_as<Native> Kind>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Kind& native, const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .native = &native});
  }
  template <std::size_t N, std::same_as<Native> Kind>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Buckets& buckets, const Kind& native, const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options,
                             {.type = MetricType::Histogram, .buckets = &buckets, .native = &native});
  }
  template <std::size_t N>
  Family<Summary, N>& summary(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                              const SummaryOptions& summary = {}, const FamilyOptions& options = {}) const {
    return family<Summary>(name, help, labels, options, {.type = MetricType::Summary, .summary = &summary});
  }
  template <std::size_t N>
  Family<PeakGauge, N>& peak_gauge(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                   const PeakOptions& peak = {}, const FamilyOptions& options = {}) const {
    return family<PeakGauge>(name, help, labels, options, {.type = MetricType::Gauge, .peak = &peak});
  }
  template <std::size_t N>
  Family<StateSet, N>& state_set(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                 const States& states, const FamilyOptions& options = {}) const {
    return family<StateSet>(name, help, labels, options, {.type = MetricType::StateSet, .states = &states});
  }
  template <std::size_t N>
  Family<Gauge, N>& untyped(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                            const FamilyOptions& options = {}) const {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Untyped});
  }

  /// Facts: info("build", "Build.", {{"version", "1.0"}}) exposes build_info{version="1.0"} 1. The same labels again,
  /// as they are now, give the same Info; others are refused: Info::set() replaces them.
  Info& info(std::string_view name, std::string_view help, std::vector<Label> labels) const;

  /// A metric whose value is asked for at each scrape. The callback must be safe to call from another thread, one call
  /// at a time; it may take locks, but must not wait for a scrape. If it throws, its metric is left out of that scrape
  /// and vitals_collector_errors_total counts it.
  CollectorToken gauge_callback(std::string_view name, std::string_view help, std::function<double()> callback) const;
  /// A counter that fell, is negative or NaN is left out as an error; the next scrape goes on from what it fell to.
  CollectorToken counter_callback(std::string_view name, std::string_view help, std::function<double()> callback) const;
  /// With labels: gauge_callback("a", "A.", {"queue"}, [](vitals::Samples<1>& out) { out.add(42, "mail"); }). If
  /// one of the counters is left out, all of them are.
  template <std::size_t N>
  CollectorToken gauge_callback(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                const std::type_identity_t<std::function<void(Samples<N>&)>>& callback) const {
    return callbacks(MetricType::Gauge, name, help, labels, detail::sink_callback<N>(callback));
  }
  template <std::size_t N>
  CollectorToken counter_callback(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const std::type_identity_t<std::function<void(Samples<N>&)>>& callback) const {
    return callbacks(MetricType::Counter, name, help, labels, detail::sink_callback<N>(callback));
  }

  /// Whole families, asked for at each scrape by the rules of gauge_callback: if it throws, all are left out. One that
  /// breaks the data model or repeats a name is left out alone, and counted in vitals_collector_errors_total.
  CollectorToken add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const;
  /// The same, for as long as the registry lives.
  void keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const;

  /// Ends a metric of this scope: one that was declared, with or without labels, an info, or a callback, which then
  /// doesn't run any more, as at the end of its token. A registry ends those of its scopes too. By the name that was
  /// given, or with `_total` or `_info` at its end. False if there is none.
  /// The metric is exposed no longer, and its name may be declared anew, as anything. References to it, to its family
  /// and to its series stay valid as long as the registry; what is recorded through them shows nowhere, and what they
  /// read means nothing. Safe while others record, look up, scrape and declare. Waits for a callback that is running:
  /// from within a callback end none but that one. The memory of what has ended serves later metrics of the same type,
  /// labels and buckets. In a forked child as a declaration.
  bool remove(std::string_view name) const;

 protected:
  explicit Scope(const detail::ScopeState& state) noexcept : state_{&state} {}

 private:
  friend detail::Access;
  friend detail::DynamicFamilies<Scope>;

  template <class Metric>
  Metric& metric(std::string_view name, std::string_view help, const FamilyOptions& options,
                 const detail::MetricKind& kind) const {
    return *static_cast<Metric*>(declare(name, help, std::span<const detail::LabelName>{}, options, kind, nullptr));
  }
  template <class Metric, std::size_t N>
  Family<Metric, N>& family(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                            const FamilyOptions& options, const detail::MetricKind& kind) const {
    using Held = Family<Metric, N>;
    return *static_cast<Held*>(declare(name, help, labels, options, kind, detail::make_handle<Held>));
  }
  // What users hold of a family, made by `make`; null: the metric of one without labels.
  void* declare(std::string_view name, std::string_view help, std::span<const detail::LabelName> labels,
                const FamilyOptions& options, const detail::MetricKind& kind, detail::MakeHandle make) const;
  void* declare(std::string_view name, std::string_view help, const LabelNames& labels, const FamilyOptions& options,
                const detail::MetricKind& kind, detail::MakeHandle make) const;
  CollectorToken callbacks(MetricType type, std::string_view name, std::string_view help,
                           std::span<const detail::LabelName> labels,
                           std::function<void(detail::SampleSink&)> callback) const;
  CollectorToken callbacks(MetricType type, std::string_view name, std::string_view help, const LabelNames& labels,
                           std::function<void(detail::SampleSink&)> callback) const;

  const detail::ScopeState* const state_;
};

}  // namespace vitals
