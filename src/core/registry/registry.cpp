#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <vitals/info.hpp>
#include <vitals/registry.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/callbacks.hpp"
#include "core/registry/collector.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/registry/info_state.hpp"
#include "core/registry/registry_state.hpp"
#include "core/system/process_mark.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/refuse.hpp"

namespace vitals {

namespace {

// Checks what RegistryState::family() does not check.
detail::Shape shape_of(std::string_view name, const detail::MetricKind& kind) {
  if (kind.type == MetricType::Histogram) {
    detail::HistogramShape shape;
    if (kind.buckets != nullptr) shape.bounds.assign(kind.buckets->bounds().begin(), kind.buckets->bounds().end());
    if (kind.native == nullptr) return shape;
    if (kind.buckets != nullptr) detail::check_bounds(name, shape.bounds);
    detail::check_native(name, *kind.native, shape.bounds.size());
    shape.native = *kind.native;
    return shape;
  }
  if (kind.summary != nullptr) {
    detail::check_summary(name, *kind.summary);
    return *kind.summary;
  }
  if (kind.peak != nullptr) {
    if (kind.peak->window.count() <= 0) detail::refuse(name, "PeakOptions::window: it must be longer than 0; use 60s");
    return *kind.peak;
  }
  if (kind.states != nullptr) return detail::StateSetShape{{kind.states->names().begin(), kind.states->names().end()}};
  return {};
}

FamilySnapshot head_of(std::string_view name, std::string_view help, MetricType type) {
  return {detail::with_value_suffix(name, type), std::string{help}, type, {}, {}};
}

}  // namespace

// The state may outlive the registry: scrapes that are under way and tokens share it.
struct Registry::Impl {
  std::shared_ptr<detail::RegistryState> state;
};

detail::RegistryState& detail::Access::state(const Registry& registry) noexcept { return *registry.impl_->state; }

void* detail::users_family(FamilyBase& family, void* (*make)(void* at, FamilyBase& family)) {
  const std::lock_guard lock{family.users_family_mutex};
  if (family.users_family == nullptr) family.users_family = make(&family.users_family_memory, family);
  return family.users_family;
}

Registry::Registry() : Registry{RegistryOptions{}} {}
Registry::Registry(RegistryOptions options)
    : impl_{new Impl{std::make_shared<detail::RegistryState>(std::move(options))}} {}
Registry::~Registry() { delete impl_; }

detail::FamilyBase& Registry::declare(std::string_view name, std::string_view help,
                                      std::span<const detail::LabelName> labels, const FamilyOptions& options,
                                      const detail::MetricKind& kind) {
  return impl_->state->family(kind.type, {.name = std::string{name},
                                          .help = std::string{help},
                                          .labels = {labels.begin(), labels.end()},
                                          .options = options,
                                          .unit = {},
                                          .shape = shape_of(name, kind)});
}

detail::FamilyBase& Registry::declare(std::string_view name, std::string_view help, const LabelNames& labels,
                                      const FamilyOptions& options, const detail::MetricKind& kind) const {
  return impl_->state->family(kind.type, {.name = std::string{name},
                                          .help = std::string{help},
                                          .labels = {labels.names().begin(), labels.names().end()},
                                          .options = options,
                                          .unit = {},
                                          .shape = shape_of(name, kind),
                                          .open_labels = labels.is_any(),
                                          .omits_empty_labels = true});
}

Info& Registry::info(std::string_view name, std::string_view help, std::vector<Label> labels) {
  detail::RegistryState& state = *impl_->state;
  detail::check_metric_name(name, state.utf8_names());
  const auto info = std::make_shared<detail::InfoState>(head_of(name, help, MetricType::Info),
                                                        state.environment().labels, state.utf8_names());
  info->set(std::move(labels));
  const auto held = state.add(info);
  if (held == info || (held->family.help == help && held->labels() == info->labels())) return *held;
  detail::refuse(info->family.name,
                 "registered before with other labels or another help text; use what that gave, and Info::set(), or "
                 "another name");
}

CollectorToken Registry::gauge_callback(std::string_view name, std::string_view help,
                                        std::function<double()> callback) {
  const FamilySnapshot family = head_of(name, help, MetricType::Gauge);
  auto collect = detail::collect_one(family, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{impl_->state->add(std::move(collect), family)}};
}

CollectorToken Registry::counter_callback(std::string_view name, std::string_view help,
                                          std::function<double()> callback) {
  detail::check_metric_name(name, impl_->state->utf8_names());
  const FamilySnapshot family = head_of(name, help, MetricType::Counter);
  auto collect = detail::collect_one(family, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{impl_->state->add(std::move(collect), family)}};
}

CollectorToken Registry::callbacks(MetricType type, std::string_view name, std::string_view help,
                                   std::span<const detail::LabelName> labels,
                                   std::function<void(detail::SampleSink&)> callback) {
  return callbacks(type, name, help, LabelNames{labels}, std::move(callback));
}

CollectorToken Registry::callbacks(MetricType type, std::string_view name, std::string_view help,
                                   const LabelNames& labels, std::function<void(detail::SampleSink&)> callback) const {
  detail::RegistryState& state = *impl_->state;
  detail::check_metric_name(name, state.utf8_names());
  const FamilySnapshot family = head_of(name, help, type);
  std::vector<std::string_view> names;
  for (const auto& label : state.environment().labels) names.push_back(label.name);
  names.insert(names.end(), labels.names().begin(), labels.names().end());
  detail::check_label_names(family.name, names, "", state.utf8_names());
  auto collect = detail::collect_each(family, labels, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{state.add(std::move(collect), family)}};
}

CollectorToken Registry::add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  return CollectorToken{new CollectorToken::Impl{impl_->state->add(std::move(collector))}};
}

void Registry::keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) {
  impl_->state->add(std::move(collector));
}

std::vector<FamilySnapshot> Registry::snapshot() const {
  std::vector<FamilySnapshot> families;
  impl_->state->visit(
      [&](detail::FamilyBase& family) {
        MetricSnapshot scratch;  // one for each family: a type fills in only what is its own
        const auto& declared = family.declared();
        FamilySnapshot snapshot{declared.name, declared.help, family.type(), {}, declared.unit};
        family.read_each(scratch, [&](const MetricSnapshot& metric) { snapshot.metrics.push_back(metric); });
        if (!snapshot.metrics.empty()) families.push_back(std::move(snapshot));
      },
      [&](const FamilySnapshot& family) { families.push_back(family); });
  return families;
}

Registry& default_registry() {
  static Registry& registry = []() -> Registry& {
    static const detail::ProcessMark mark{"vitals-default-registry"};
    if (!mark.is_first()) {
      std::fputs(
          "vitals: default_registry() is there twice, since two copies of vitals are linked into this process, such as "
          "by a plug-in: an endpoint shows what is registered in one of them. Link the same shared library everywhere, "
          "or "
          "pass a registry by reference (docs/core.md, Plug-ins)\n",
          stderr);
    }
    return *new Registry;  // never destroyed: static destructors may still record
  }();
  return registry;
}

}  // namespace vitals
