#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <new>
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
#include <vitals/family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/native.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/registry_options.hpp>
#include <vitals/samples.hpp>
#include <vitals/snapshot.hpp>
#include <vitals/state_set.hpp>
#include <vitals/summary.hpp>

namespace vitals {

class Info;
namespace detail {
struct Access;
/// The Family that users of `family` hold; made by `make`, in memory for one pointer, if there is none yet.
void* users_family(FamilyBase& family, void* (*make)(void* at, FamilyBase& family));
}  // namespace detail

/// The metrics of a program, or of a part of it: makes them, owns them, and is what an endpoint exposes. Thread-safe.
/// Cost: registration takes a lock; do it once and keep the reference. Recording does not touch the registry. In a
/// forked child, only recording is safe if a thread of the parent was registering or scraping. Lifetime: must outlive
/// all recording through its metrics. default_registry() outlives everything.
///
/// The same declaration again gives the same metric; all of it must be equal but what FamilyOptions says. Every member
/// that registers throws std::invalid_argument, naming metric, rule and fix, when a name or a label breaks Prometheus's
/// data model (https://prometheus.io/docs/concepts/data_model/) or clashes with what is registered.
class Registry : public detail::LabelArrays<Registry>, public detail::DynamicFamilies<Registry> {
 public:
  Registry();
  explicit Registry(RegistryOptions options);
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The calls below, for label names in an array that has a name: detail::LabelArrays.
  using LabelArrays::counter, LabelArrays::counter_callback, LabelArrays::gauge, LabelArrays::gauge_callback;
  using LabelArrays::histogram, LabelArrays::peak_gauge, LabelArrays::state_set, LabelArrays::summary;
  using LabelArrays::untyped;
  // With label names that are known only when the program runs, counter("a_total", "A.", vitals::LabelNames{names}),
  // which gives a DynamicFamily<Counter>; likewise all others: detail::DynamicFamilies.
  using DynamicFamilies::counter, DynamicFamilies::counter_callback, DynamicFamilies::gauge;
  using DynamicFamilies::gauge_callback, DynamicFamilies::histogram, DynamicFamilies::peak_gauge;
  using DynamicFamilies::state_set, DynamicFamilies::summary, DynamicFamilies::untyped;

  /// A counter is exposed under a name that ends in `_total`; the ending is added if it is not there.
  Counter& counter(std::string_view name, std::string_view help, const FamilyOptions& options = {}) {
    return metric<Counter>(name, help, options, {.type = MetricType::Counter});
  }
  Gauge& gauge(std::string_view name, std::string_view help, const FamilyOptions& options = {}) {
    return metric<Gauge>(name, help, options, {.type = MetricType::Gauge});
  }
  Histogram& histogram(std::string_view name, std::string_view help, const Buckets& buckets = Buckets::latency(),
                       const FamilyOptions& options = {}) {
    return metric<Histogram>(name, help, options, {.type = MetricType::Histogram, .buckets = &buckets});
  }
  /// With native buckets: histogram("a_seconds", "Help.", vitals::Native{}), or beside others:
  /// histogram("a_seconds", "Help.", vitals::Buckets::latency(), vitals::Native{}). With labels the same, after them.
  template <std::same_as<Native> Kind>
  Histogram& histogram(std::string_view name, std::string_view help, const Kind& native,
                       const FamilyOptions& options = {}) {
    return metric<Histogram>(name, help, options, {.type = MetricType::Histogram, .native = &native});
  }
  template <std::same_as<Native> Kind>
  Histogram& histogram(std::string_view name, std::string_view help, const Buckets& buckets, const Kind& native,
                       const FamilyOptions& options = {}) {
    return metric<Histogram>(name, help, options,
                             {.type = MetricType::Histogram, .buckets = &buckets, .native = &native});
  }
  Summary& summary(std::string_view name, std::string_view help, const SummaryOptions& summary = {},
                   const FamilyOptions& options = {}) {
    return metric<Summary>(name, help, options, {.type = MetricType::Summary, .summary = &summary});
  }
  PeakGauge& peak_gauge(std::string_view name, std::string_view help, const PeakOptions& peak = {},
                        const FamilyOptions& options = {}) {
    return metric<PeakGauge>(name, help, options, {.type = MetricType::Gauge, .peak = &peak});
  }
  StateSet& state_set(std::string_view name, std::string_view help, const States& states,
                      const FamilyOptions& options = {}) {
    return metric<StateSet>(name, help, options, {.type = MetricType::StateSet, .states = &states});
  }
  /// A gauge whose type is not told.
  Gauge& untyped(std::string_view name, std::string_view help, const FamilyOptions& options = {}) {
    return metric<Gauge>(name, help, options, {.type = MetricType::Untyped});
  }

  /// With labels: counter("requests_total", "Help.", {"method", "status"}).with("GET", "200").inc(). Their names may
  /// also stand in a std::array of texts. A reference to keep is a vitals::Family<vitals::Counter, 2>&.
  template <std::size_t N>
  Family<Counter, N>& counter(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                              const FamilyOptions& options = {}) {
    return family<Counter>(name, help, labels, options, {.type = MetricType::Counter});
  }
  template <std::size_t N>
  Family<Gauge, N>& gauge(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                          const FamilyOptions& options = {}) {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Gauge});
  }
  template <std::size_t N>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Buckets& buckets = Buckets::latency(), const FamilyOptions& options = {}) {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .buckets = &buckets});
  }
  template <std::size_t N, std::same_as<Native> Kind>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Kind& native, const FamilyOptions& options = {}) {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .native = &native});
  }
  template <std::size_t N, std::same_as<Native> Kind>
  Family<Histogram, N>& histogram(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const Buckets& buckets, const Kind& native, const FamilyOptions& options = {}) {
    return family<Histogram>(name, help, labels, options,
                             {.type = MetricType::Histogram, .buckets = &buckets, .native = &native});
  }
  template <std::size_t N>
  Family<Summary, N>& summary(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                              const SummaryOptions& summary = {}, const FamilyOptions& options = {}) {
    return family<Summary>(name, help, labels, options, {.type = MetricType::Summary, .summary = &summary});
  }
  template <std::size_t N>
  Family<PeakGauge, N>& peak_gauge(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                   const PeakOptions& peak = {}, const FamilyOptions& options = {}) {
    return family<PeakGauge>(name, help, labels, options, {.type = MetricType::Gauge, .peak = &peak});
  }
  template <std::size_t N>
  Family<StateSet, N>& state_set(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                 const States& states, const FamilyOptions& options = {}) {
    return family<StateSet>(name, help, labels, options, {.type = MetricType::StateSet, .states = &states});
  }
  template <std::size_t N>
  Family<Gauge, N>& untyped(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                            const FamilyOptions& options = {}) {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Untyped});
  }

  /// Facts: info("build", "Build.", {{"version", "1.0"}}) exposes build_info{version="1.0"} 1. The same labels again,
  /// as they are now, give the same Info; others are refused: Info::set() replaces them.
  Info& info(std::string_view name, std::string_view help, std::vector<Label> labels);

  /// A metric whose value is asked for at each scrape. The callback must be safe to call from another thread, one call
  /// at a time; it may take locks, but must not wait for a scrape. If it throws, its metric is left out of that scrape
  /// and vitals_collector_errors_total counts it.
  CollectorToken gauge_callback(std::string_view name, std::string_view help, std::function<double()> callback);
  /// A counter that fell, is negative or NaN is left out as an error; the next scrape goes on from what it fell to.
  CollectorToken counter_callback(std::string_view name, std::string_view help, std::function<double()> callback);
  /// With labels: gauge_callback("a", "A.", {"queue"}, [](vitals::Samples<1>& out) { out.add(42, "mail"); }). If
  /// one of the counters is left out, all of them are.
  template <std::size_t N>
  CollectorToken gauge_callback(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                const std::type_identity_t<std::function<void(Samples<N>&)>>& callback) {
    return callbacks(MetricType::Gauge, name, help, labels, detail::sink_callback<N>(callback));
  }
  template <std::size_t N>
  CollectorToken counter_callback(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                                  const std::type_identity_t<std::function<void(Samples<N>&)>>& callback) {
    return callbacks(MetricType::Counter, name, help, labels, detail::sink_callback<N>(callback));
  }

  /// Whole families, asked for at each scrape by the rules of gauge_callback: if it throws, all are left out. One that
  /// breaks the data model or repeats a name is left out alone, and counted in vitals_collector_errors_total.
  CollectorToken add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector);
  /// The same, for as long as the registry lives.
  void keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector);

  /// All metrics, ordered by name; series in the order of their making, their constant labels first.
  [[nodiscard]] std::vector<FamilySnapshot> snapshot() const;

 private:
  friend detail::Access;
  friend detail::DynamicFamilies<Registry>;
  struct Impl;

  // The one metric of a family without labels.
  template <class Metric>
  Metric& metric(std::string_view name, std::string_view help, const FamilyOptions& options,
                 const detail::MetricKind& kind) {
    return *static_cast<Metric*>(detail::find_or_create(declare(name, help, {}, options, kind), nullptr));
  }
  template <class Metric, std::size_t N>
  Family<Metric, N>& family(std::string_view name, std::string_view help, const detail::LabelName (&labels)[N],
                            const FamilyOptions& options, const detail::MetricKind& kind) {
    using Made = Family<Metric, N>;
    static_assert(sizeof(Made) == sizeof(void*) && std::is_trivially_destructible_v<Made>);
    const auto make = [](void* at, detail::FamilyBase& made) -> void* { return new (at) Made{made}; };
    return *static_cast<Made*>(detail::users_family(declare(name, help, labels, options, kind), make));
  }
  detail::FamilyBase& declare(std::string_view name, std::string_view help, std::span<const detail::LabelName> labels,
                              const FamilyOptions& options, const detail::MetricKind& kind);
  detail::FamilyBase& declare(std::string_view name, std::string_view help, const LabelNames& labels,
                              const FamilyOptions& options, const detail::MetricKind& kind) const;
  CollectorToken callbacks(MetricType type, std::string_view name, std::string_view help,
                           std::span<const detail::LabelName> labels,
                           std::function<void(detail::SampleSink&)> callback);
  CollectorToken callbacks(MetricType type, std::string_view name, std::string_view help, const LabelNames& labels,
                           std::function<void(detail::SampleSink&)> callback) const;

  Impl* const impl_;  // ours
};

/// A registry for those who need only one. Made at its first use, never destroyed: safe in static destructors and
/// atexit. Where two copies of vitals are linked into a process there are two of them, and the second says so on
/// stderr.
Registry& default_registry();

}  // namespace vitals
