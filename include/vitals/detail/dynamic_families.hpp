#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>

#include <vitals/buckets.hpp>
#include <vitals/collector_token.hpp>
#include <vitals/counter.hpp>
#include <vitals/detail/label_name.hpp>
#include <vitals/detail/metric_kind.hpp>
#include <vitals/detail/users_family.hpp>
#include <vitals/dynamic_family.hpp>
#include <vitals/gauge.hpp>
#include <vitals/histogram.hpp>
#include <vitals/label_names.hpp>
#include <vitals/native.hpp>
#include <vitals/peak_gauge.hpp>
#include <vitals/samples.hpp>
#include <vitals/state_set.hpp>
#include <vitals/summary.hpp>

namespace vitals::detail {

/// The calls of Registry whose label names are LabelNames. Names in braces are none: those go where their number is
/// known.
template <class Registry>
class DynamicFamilies {
 public:
  template <std::same_as<LabelNames> Names>
  DynamicFamily<Counter>& counter(std::string_view name, std::string_view help, const Names& labels,
                                  const FamilyOptions& options = {}) const {
    return family<Counter>(name, help, labels, options, {.type = MetricType::Counter});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<Gauge>& gauge(std::string_view name, std::string_view help, const Names& labels,
                              const FamilyOptions& options = {}) const {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Gauge});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<Histogram>& histogram(std::string_view name, std::string_view help, const Names& labels,
                                      const Buckets& buckets = Buckets::latency(),
                                      const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .buckets = &buckets});
  }
  template <std::same_as<LabelNames> Names, std::same_as<Native> Kind>
  DynamicFamily<Histogram>& histogram(std::string_view name, std::string_view help, const Names& labels,
                                      const Kind& native, const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options, {.type = MetricType::Histogram, .native = &native});
  }
  template <std::same_as<LabelNames> Names, std::same_as<Native> Kind>
  DynamicFamily<Histogram>& histogram(std::string_view name, std::string_view help, const Names& labels,
                                      const Buckets& buckets, const Kind& native,
                                      const FamilyOptions& options = {}) const {
    return family<Histogram>(name, help, labels, options,
                             {.type = MetricType::Histogram, .buckets = &buckets, .native = &native});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<Summary>& summary(std::string_view name, std::string_view help, const Names& labels,
                                  const SummaryOptions& summary = {}, const FamilyOptions& options = {}) const {
    return family<Summary>(name, help, labels, options, {.type = MetricType::Summary, .summary = &summary});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<PeakGauge>& peak_gauge(std::string_view name, std::string_view help, const Names& labels,
                                       const PeakOptions& peak = {}, const FamilyOptions& options = {}) const {
    return family<PeakGauge>(name, help, labels, options, {.type = MetricType::Gauge, .peak = &peak});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<StateSet>& state_set(std::string_view name, std::string_view help, const Names& labels,
                                     const States& states, const FamilyOptions& options = {}) const {
    return family<StateSet>(name, help, labels, options, {.type = MetricType::StateSet, .states = &states});
  }
  template <std::same_as<LabelNames> Names>
  DynamicFamily<Gauge>& untyped(std::string_view name, std::string_view help, const Names& labels,
                                const FamilyOptions& options = {}) const {
    return family<Gauge>(name, help, labels, options, {.type = MetricType::Untyped});
  }

  template <std::same_as<LabelNames> Names>
  CollectorToken gauge_callback(std::string_view name, std::string_view help, const Names& labels,
                                const std::type_identity_t<std::function<void(DynamicSamples&)>>& callback) const {
    return self().callbacks(MetricType::Gauge, name, help, labels, into_sink(callback));
  }
  template <std::same_as<LabelNames> Names>
  CollectorToken counter_callback(std::string_view name, std::string_view help, const Names& labels,
                                  const std::type_identity_t<std::function<void(DynamicSamples&)>>& callback) const {
    return self().callbacks(MetricType::Counter, name, help, labels, into_sink(callback));
  }

  // Not to be called.
  template <std::same_as<LabelNames> Names, class... More>
  DynamicFamily<Histogram>& histogram(std::string_view, std::string_view, const Buckets&, const Names&,
                                      const More&...) const {
    return labels_come_first<Histogram, Names>();
  }
  template <std::same_as<Native> Kind, std::same_as<LabelNames> Names, class... More>
  DynamicFamily<Histogram>& histogram(std::string_view, std::string_view, const Kind&, const Names&,
                                      const More&...) const {
    return labels_come_first<Histogram, Names, Kind>();
  }
  template <std::same_as<LabelNames> Names, class... More>
  DynamicFamily<Summary>& summary(std::string_view, std::string_view, const SummaryOptions&, const Names&,
                                  const More&...) const {
    return labels_come_first<Summary, Names>();
  }
  template <std::same_as<LabelNames> Names, class... More>
  DynamicFamily<PeakGauge>& peak_gauge(std::string_view, std::string_view, const PeakOptions&, const Names&,
                                       const More&...) const {
    return labels_come_first<PeakGauge, Names>();
  }

 protected:
  DynamicFamilies() = default;
  ~DynamicFamilies() = default;

 private:
  template <class Metric>
  DynamicFamily<Metric>& family(std::string_view name, std::string_view help, const LabelNames& labels,
                                const FamilyOptions& options, const MetricKind& kind) const {
    using Held = DynamicFamily<Metric>;
    return *static_cast<Held*>(self().declare(name, help, labels, options, kind, make_handle<Held>));
  }
  template <class Metric, class Names, class... More>
  DynamicFamily<Metric>& labels_come_first() const {
    static_assert(kNever<Names>,
                  "vitals: label names come right after the help text, before buckets and other options: "
                  "histogram(\"a_seconds\", \"Help.\", vitals::LabelNames{names}, vitals::Buckets{0.1, 1})");
    __builtin_unreachable();
  }
  [[nodiscard]] const Registry& self() const noexcept { return static_cast<const Registry&>(*this); }
};

}  // namespace vitals::detail
