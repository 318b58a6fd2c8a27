#include <span>
#include <stdexcept>
#include <utility>

#include <vitals/registry.hpp>

#include "core/names.hpp"
#include "core/registry_state.hpp"

namespace vitals {

namespace {

detail::Declaration declare(std::string_view name, std::string_view help, std::span<const std::string_view> labels = {},
                            FamilyOptions options = {}) {
  return {std::string{name}, std::string{help}, {labels.begin(), labels.end()}, {}, options.max_series};
}

detail::Declaration with_bounds(detail::Declaration declared, const Buckets& buckets) {
  declared.bounds.assign(buckets.bounds().begin(), buckets.bounds().end());
  return declared;
}

// The one metric of a family without labels.
template <class Metric>
Metric& only(detail::FamilyStore<Metric>& store) {
  return detail::find_or_create(store, nullptr);
}

template <class Metric, class Make>
detail::FamilyFacade& facade(detail::FamilyStore<Metric>& store, Make make) {
  std::call_once(store.facade_made, [&] { store.facade = make(store); });
  return *store.facade;
}

detail::Collector::Function single(std::string_view name, std::string_view help, MetricType type,
                                   std::function<double()> callback) {
  if (!callback) detail::refuse(name, "the callback is empty; give a function");
  return [family = FamilySnapshot{std::string{name}, std::string{help}, type, {{}}},
          callback = std::move(callback)](auto& out) {
    out.push_back(family);
    out.back().metrics.front().value = callback();
  };
}

}  // namespace

Registry::Registry() : state_{std::make_shared<detail::RegistryState>()} {}
Registry::~Registry() = default;

Counter& Registry::counter(std::string_view name, std::string_view help) {
  return only(state_->family<Counter>(declare(name, help)));
}

Gauge& Registry::gauge(std::string_view name, std::string_view help) {
  return only(state_->family<Gauge>(declare(name, help)));
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Buckets& buckets) {
  return only(state_->family<Histogram>(with_bounds(declare(name, help), buckets)));
}

detail::FamilyFacade& Registry::counters(std::string_view name, std::string_view help, Labels labels,
                                         Maker<Counter> make) {
  return facade(state_->family<Counter>(declare(name, help, {labels.names, labels.size}, labels.options)), make);
}

detail::FamilyFacade& Registry::gauges(std::string_view name, std::string_view help, Labels labels, Maker<Gauge> make) {
  return facade(state_->family<Gauge>(declare(name, help, {labels.names, labels.size}, labels.options)), make);
}

detail::FamilyFacade& Registry::histograms(std::string_view name, std::string_view help, const Buckets& buckets,
                                           Labels labels, Maker<Histogram> make) {
  auto declared = with_bounds(declare(name, help, {labels.names, labels.size}, labels.options), buckets);
  return facade(state_->family<Histogram>(std::move(declared)), make);
}

void Registry::info(std::string_view name, std::string_view help, std::vector<Label> labels) {
  std::string full = std::string{name} + "_info";
  std::vector<std::string_view> names;
  for (const auto& label : labels) names.push_back(label.name);
  detail::check_label_names(full, names, "");
  FamilySnapshot family{
      full, std::string{help}, MetricType::Gauge, {MetricSnapshot{.labels = std::move(labels), .value = 1}}};
  state_->add([family = std::move(family)](auto& out) { out.push_back(family); }, std::move(full));
}

CollectorToken Registry::gauge_callback(std::string_view name, std::string_view help,
                                        std::function<double()> callback) {
  return CollectorToken{state_->add(single(name, help, MetricType::Gauge, std::move(callback)), std::string{name})};
}

CollectorToken Registry::counter_callback(std::string_view name, std::string_view help,
                                          std::function<double()> callback) {
  return CollectorToken{state_->add(single(name, help, MetricType::Counter, std::move(callback)), std::string{name})};
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
  state_->visit(
      [&](const detail::FamilyBase& family) {
        auto snapshot = family.snapshot();
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
