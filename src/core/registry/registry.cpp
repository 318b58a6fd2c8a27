#include <mutex>
#include <span>
#include <stdexcept>
#include <utility>

#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/instruments/families.hpp"
#include "core/instruments/native_cells.hpp"
#include "core/registry/callbacks.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/registry/info.hpp"
#include "core/registry/registry_state.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/refuse.hpp"

namespace vitals {

namespace {

detail::Declaration declare(std::string_view name, std::string_view help, std::span<const std::string_view> labels,
                            const FamilyOptions& options) {
  return {.name = std::string{name},
          .help = std::string{help},
          .labels = {labels.begin(), labels.end()},
          .options = options,
          .unit = {},
          .bounds = {},
          .quantiles = {},
          .states = {},
          .native = {},
          .window = {},
          .slices = 0,
          .peak_window = {}};
}

// The one metric of a family without labels.
template <class Metric>
Metric& only(detail::FamilyBase& family) {
  return *static_cast<Metric*>(family.find_or_create(nullptr));
}

}  // namespace

detail::RegistryState& detail::Access::state(const Registry& registry) noexcept { return *registry.state_; }

detail::FamilyFacade& detail::facade(FamilyBase& family, FamilyFacade* (*make)(FamilyBase&)) {
  const std::lock_guard lock{family.facade_mutex};
  if (family.facade == nullptr) family.facade.reset(make(family));
  return *family.facade;
}

Registry::Registry() : Registry{RegistryOptions{}} {}
Registry::Registry(RegistryOptions options) : state_{detail::RegistryState::make(std::move(options))} {}
Registry::~Registry() { state_->let_go(); }

Counter& Registry::counter(std::string_view name, std::string_view help, const FamilyOptions& options) {
  return only<Counter>(counters(name, help, {nullptr, 0}, options));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const FamilyOptions& options) {
  return only<Gauge>(gauges(name, help, {nullptr, 0}, options));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Buckets& buckets,
                               const FamilyOptions& options) {
  return only<Histogram>(histograms(name, help, {nullptr, 0}, options, buckets));
}

Summary& Registry::summary(std::string_view name, std::string_view help, const SummaryOptions& summary,
                           const FamilyOptions& options) {
  return only<Summary>(summaries(name, help, {nullptr, 0}, options, summary));
}

detail::FamilyBase& Registry::counters(std::string_view name, std::string_view help, LabelNames labels,
                                       const FamilyOptions& options) {
  return state_->family(MetricType::Counter, declare(name, help, {labels.names, labels.size}, options),
                        detail::make_counters);
}

detail::FamilyBase& Registry::gauges(std::string_view name, std::string_view help, LabelNames labels,
                                     const FamilyOptions& options) {
  return state_->family(MetricType::Gauge, declare(name, help, {labels.names, labels.size}, options),
                        detail::make_gauges);
}

detail::FamilyBase& Registry::histograms(std::string_view name, std::string_view help, LabelNames labels,
                                         const FamilyOptions& options, const Buckets& buckets) {
  auto declared = declare(name, help, {labels.names, labels.size}, options);
  declared.bounds.assign(buckets.bounds().begin(), buckets.bounds().end());
  return state_->family(MetricType::Histogram, std::move(declared), detail::make_histograms);
}

detail::FamilyBase& Registry::native_histograms(std::string_view name, std::string_view help, LabelNames labels,
                                                const FamilyOptions& options, const Buckets* buckets,
                                                const Native& native) {
  auto declared = declare(name, help, {labels.names, labels.size}, options);
  if (buckets != nullptr) {
    detail::check_bounds(name, buckets->bounds());
    declared.bounds.assign(buckets->bounds().begin(), buckets->bounds().end());
  }
  detail::check_native(name, native, declared.bounds.size());
  declared.native = native;
  return state_->family(MetricType::Histogram, std::move(declared), detail::make_histograms);
}

detail::FamilyBase& Registry::summaries(std::string_view name, std::string_view help, LabelNames labels,
                                        const FamilyOptions& options, const SummaryOptions& summary) {
  auto declared = declare(name, help, {labels.names, labels.size}, options);
  detail::check_summary(name, summary);
  declared.quantiles = summary.quantiles;
  declared.window = summary.window;
  declared.slices = summary.slices;
  return state_->family(MetricType::Summary, std::move(declared), detail::make_summaries);
}

Histogram& Registry::only_histogram(detail::FamilyBase& family) { return only<Histogram>(family); }

PeakGauge& Registry::peak_gauge(std::string_view name, std::string_view help, const PeakOptions& peak,
                                const FamilyOptions& options) {
  return only<PeakGauge>(peak_gauges(name, help, {nullptr, 0}, options, peak));
}

StateSet& Registry::state_set(std::string_view name, std::string_view help, const States& states,
                              const FamilyOptions& options) {
  return only<StateSet>(state_sets(name, help, {nullptr, 0}, options, states));
}

Gauge& Registry::untyped(std::string_view name, std::string_view help, const FamilyOptions& options) {
  return only<Gauge>(untypeds(name, help, {nullptr, 0}, options));
}

detail::FamilyBase& Registry::peak_gauges(std::string_view name, std::string_view help, LabelNames labels,
                                          const FamilyOptions& options, const PeakOptions& peak) {
  if (peak.window.count() <= 0) detail::refuse(name, "PeakOptions::window: it must be longer than 0; use 60s");
  auto declared = declare(name, help, {labels.names, labels.size}, options);
  declared.peak_window = peak.window;
  return state_->family(MetricType::Gauge, std::move(declared), detail::make_peak_gauges);
}

detail::FamilyBase& Registry::state_sets(std::string_view name, std::string_view help, LabelNames labels,
                                         const FamilyOptions& options, const States& states) {
  auto declared = declare(name, help, {labels.names, labels.size}, options);
  declared.states.assign(states.names().begin(), states.names().end());
  return state_->family(MetricType::StateSet, std::move(declared), detail::make_state_sets);
}

detail::FamilyBase& Registry::untypeds(std::string_view name, std::string_view help, LabelNames labels,
                                       const FamilyOptions& options) {
  return state_->family(MetricType::Untyped, declare(name, help, {labels.names, labels.size}, options),
                        detail::make_untyped);
}

Info& Registry::info(std::string_view name, std::string_view help, std::vector<Label> labels) {
  detail::check_metric_name(name, state_->utf8_names());
  const FamilySnapshot family{
      detail::with_value_suffix(name, MetricType::Info), std::string{help}, MetricType::Info, {}, {}};
  if (const auto there = state_->find_info(family.name)) {
    if (there->data_->help == help && there->labels() == labels) return *there;
    detail::refuse(family.name,
                   "registered before with other labels or another help text; use what that gave, and "
                   "Info::set(), or another name");
  }
  // Lives as long as the collector that reads it, which is as long as the registry.
  std::unique_ptr<Info::Data> data{
      new Info::Data{family.name, family.help, state_->environment().labels, state_->utf8_names()}};
  std::unique_ptr<Info> made{new Info{data.get()}};
  (void)data.release();
  const std::shared_ptr<Info> info{std::move(made)};
  info->set(std::move(labels));
  const auto collect = [info, family](auto& out) {
    out.push_back(family);
    out.back().metrics.push_back({.labels = info->labels(), .value = 1});
  };
  state_->add(collect, family, info);
  return *info;
}

CollectorToken Registry::gauge_callback(std::string_view name, std::string_view help,
                                        std::function<double()> callback) {
  const FamilySnapshot family{std::string{name}, std::string{help}, MetricType::Gauge, {}, {}};
  return CollectorToken{state_->add(detail::collect_one(family, std::move(callback)), family)->hold()};
}

CollectorToken Registry::counter_callback(std::string_view name, std::string_view help,
                                          std::function<double()> callback) {
  detail::check_metric_name(name, state_->utf8_names());
  const FamilySnapshot family{
      detail::with_value_suffix(name, MetricType::Counter), std::string{help}, MetricType::Counter, {}, {}};
  return CollectorToken{state_->add(detail::collect_one(family, std::move(callback)), family)->hold()};
}

CollectorToken Registry::callbacks(MetricType type, std::string_view name, std::string_view help, LabelNames labels,
                                   std::function<void(detail::SampleSink&)> callback) {
  detail::check_metric_name(name, state_->utf8_names());
  const FamilySnapshot family{detail::with_value_suffix(name, type), std::string{help}, type, {}, {}};
  std::vector<std::string_view> names;
  for (const auto& label : state_->environment().labels) names.push_back(label.name);
  names.insert(names.end(), labels.names, labels.names + labels.size);
  detail::check_label_names(family.name, names, "", state_->utf8_names());
  std::vector<std::string> own{labels.names, labels.names + labels.size};
  return CollectorToken{state_->add(detail::collect_each(family, std::move(own), std::move(callback)), family)->hold()};
}

CollectorToken Registry::add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  if (!collector) throw std::invalid_argument{"vitals: the collector is empty; give a function"};
  return CollectorToken{state_->add(std::move(collector))->hold()};
}

void Registry::keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  if (!collector) throw std::invalid_argument{"vitals: the collector is empty; give a function"};
  state_->add(std::move(collector));
}

std::vector<FamilySnapshot> Registry::snapshot() const {
  std::vector<FamilySnapshot> families;
  state_->visit(
      [&](detail::FamilyBase& family) {
        MetricSnapshot scratch;  // of each family, as a type fills no more than what is its own
        const auto& declared = family.declared();
        FamilySnapshot snapshot{declared.name, declared.help, family.type(), {}, declared.unit};
        family.read_each(scratch, [&](const MetricSnapshot& metric) { snapshot.metrics.push_back(metric); });
        if (!snapshot.metrics.empty()) families.push_back(std::move(snapshot));
      },
      [&](const FamilySnapshot& family) { families.push_back(family); });
  return families;
}

Registry& default_registry() {
  static Registry& registry = *new Registry;  // never destroyed: static destructors may still record
  return registry;
}

}  // namespace vitals
