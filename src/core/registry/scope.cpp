#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include <vitals/info.hpp>
#include <vitals/scope.hpp>

#include "core/instruments/access.hpp"
#include "core/registry/callbacks.hpp"
#include "core/registry/collector.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/registry/info_state.hpp"
#include "core/registry/registry_state.hpp"
#include "core/registry/scope_state.hpp"
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

detail::RegistryState& detail::Access::state(const Scope& scope) noexcept { return scope.state_->registry; }
detail::ScopeState& detail::Access::scope(const Scope& scope) noexcept { return *scope.state_; }

void* detail::users_family(FamilyBase& family, void* (*make)(void* at, FamilyBase& family)) {
  const std::lock_guard lock{family.users_family_mutex};
  if (family.users_family == nullptr) family.users_family = make(&family.users_family_memory, family);
  return family.users_family;
}

detail::FamilyBase& Scope::declare(std::string_view name, std::string_view help,
                                   std::span<const detail::LabelName> labels, const FamilyOptions& options,
                                   const detail::MetricKind& kind) const {
  return state_->registry.family(kind.type, {.name = std::string{name},
                                             .help = std::string{help},
                                             .labels = {labels.begin(), labels.end()},
                                             .options = options,
                                             .unit = {},
                                             .shape = shape_of(name, kind)});
}

Info& Scope::info(std::string_view name, std::string_view help, std::vector<Label> labels) const {
  detail::RegistryState& state = state_->registry;
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

CollectorToken Scope::gauge_callback(std::string_view name, std::string_view help,
                                     std::function<double()> callback) const {
  const FamilySnapshot family = head_of(name, help, MetricType::Gauge);
  auto collect = detail::collect_one(family, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{state_->registry.add(std::move(collect), family)}};
}

CollectorToken Scope::counter_callback(std::string_view name, std::string_view help,
                                       std::function<double()> callback) const {
  detail::check_metric_name(name, state_->registry.utf8_names());
  const FamilySnapshot family = head_of(name, help, MetricType::Counter);
  auto collect = detail::collect_one(family, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{state_->registry.add(std::move(collect), family)}};
}

CollectorToken Scope::callbacks(MetricType type, std::string_view name, std::string_view help,
                                std::span<const detail::LabelName> labels,
                                std::function<void(detail::SampleSink&)> callback) const {
  detail::RegistryState& state = state_->registry;
  detail::check_metric_name(name, state.utf8_names());
  const FamilySnapshot family = head_of(name, help, type);
  std::vector<std::string_view> names;
  for (const auto& label : state.environment().labels) names.push_back(label.name);
  names.insert(names.end(), labels.begin(), labels.end());
  detail::check_label_names(family.name, names, "", state.utf8_names());
  auto collect = detail::collect_each(family, {labels.begin(), labels.end()}, std::move(callback));
  return CollectorToken{new CollectorToken::Impl{state.add(std::move(collect), family)}};
}

CollectorToken Scope::add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const {
  return CollectorToken{new CollectorToken::Impl{state_->registry.add(std::move(collector))}};
}

void Scope::keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const {
  state_->registry.add(std::move(collector));
}

}  // namespace vitals
