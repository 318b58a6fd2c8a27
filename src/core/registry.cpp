#include <span>
#include <stdexcept>
#include <utility>

#include <vitals/registry.hpp>

#include "core/families.hpp"
#include "core/names.hpp"
#include "core/native_buckets.hpp"
#include "core/registry_state.hpp"

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
          .slices = 0};
}

// The one metric of a family without labels.
template <class Metric>
Metric& only(detail::FamilyBase& family) {
  return *static_cast<Metric*>(family.find_or_create(nullptr));
}

detail::Collector::Function single(const FamilySnapshot& family, std::function<double()> callback) {
  if (!callback) detail::refuse(family.name, "the callback is empty; give a function");
  return [family, callback = std::move(callback)](auto& out) {
    out.push_back(family);
    out.back().metrics.front().value = callback();
  };
}

}  // namespace

detail::FamilyFacade& detail::facade(FamilyBase& family, FamilyFacade* (*make)(FamilyBase&)) {
  std::call_once(family.facade_made, [&] { family.facade.reset(make(family)); });
  return *family.facade;
}

Registry::Registry(RegistryOptions options) : state_{std::make_shared<detail::RegistryState>(std::move(options))} {}
Registry::~Registry() = default;

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

void Registry::info(std::string_view name, std::string_view help, std::vector<Label> labels) {
  std::string full = std::string{name} + "_info";
  std::vector<std::string_view> names;
  for (const auto& label : labels) names.push_back(label.name);
  detail::check_label_names(full, names, "", state_->utf8_names());
  const FamilySnapshot family{
      full, std::string{help}, MetricType::Info, {{.labels = std::move(labels), .value = 1}}, {}};
  state_->add([family](auto& out) { out.push_back(family); }, family);
}

CollectorToken Registry::gauge_callback(std::string_view name, std::string_view help,
                                        std::function<double()> callback) {
  const FamilySnapshot family{std::string{name}, std::string{help}, MetricType::Gauge, {{}}, {}};
  return CollectorToken{state_->add(single(family, std::move(callback)), family)};
}

CollectorToken Registry::counter_callback(std::string_view name, std::string_view help,
                                          std::function<double()> callback) {
  FamilySnapshot family{std::string{name}, std::string{help}, MetricType::Counter, {{}}, {}};
  if (!family.name.ends_with("_total")) family.name += "_total";
  return CollectorToken{state_->add(single(family, std::move(callback)), family)};
}

CollectorToken Registry::add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  if (!collector) throw std::invalid_argument{"vitals: the collector is empty; give a function"};
  return CollectorToken{state_->add(std::move(collector))};
}

void Registry::keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  state_->add(std::move(collector));
}

std::vector<FamilySnapshot> Registry::snapshot() const {
  std::vector<FamilySnapshot> families;
  MetricSnapshot scratch;
  state_->visit(
      [&](detail::FamilyBase& family) {
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
