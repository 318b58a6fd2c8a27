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

// What a callback or an info is declared with.
detail::Declaration declaration_of(const detail::ScopeState& scope, std::string_view name, std::string_view help,
                                   MetricType type) {
  const std::string whole = scope.prefix + std::string{name};
  detail::check_metric_name(whole, scope.registry.utf8_names());
  return {.name = detail::with_value_suffix(whole, type),
          .help = std::string{help},
          .labels = {},
          .constant_labels = scope.labels,
          .options = {},
          .unit = {},
          .shape = {}};
}

FamilySnapshot head_of(const detail::Declaration& declared, MetricType type) {
  return {declared.name, declared.help, type, {}, {}};
}

CollectorToken token_of(std::shared_ptr<detail::Collector> collector) {
  return CollectorToken{new CollectorToken::Impl{std::move(collector)}};
}

CollectorToken register_callback(const detail::ScopeState& scope, MetricType type, std::string_view name,
                                 std::string_view help, std::function<double()> callback) {
  const auto declared = declaration_of(scope, name, help, type);
  auto collect = detail::collect_one(head_of(declared, type), std::move(callback));
  return token_of(scope.registry.add(scope, std::move(collect), type, declared));
}

}  // namespace

detail::RegistryState& detail::Access::state(const Scope& scope) noexcept { return scope.state_->registry; }
const detail::ScopeState& detail::Access::scope(const Scope& scope) noexcept { return *scope.state_; }

Scope Scope::scope(const ScopeOptions& options) const { return Scope{state_->registry.scope(*state_, options)}; }

void* Scope::declare(std::string_view name, std::string_view help, std::span<const detail::LabelName> labels,
                     const FamilyOptions& options, const detail::MetricKind& kind, detail::MakeHandle make) const {
  const std::string whole = state_->prefix + std::string{name};
  return state_->registry.declare(*state_, kind.type,
                                  {.name = whole,
                                   .help = std::string{help},
                                   .labels = {labels.begin(), labels.end()},
                                   .constant_labels = state_->labels,
                                   .options = options,
                                   .unit = {},
                                   .shape = shape_of(whole, kind)},
                                  {detail::FamilyBase::Held::Family, make});
}

void* Scope::declare(std::string_view name, std::string_view help, const LabelNames& labels,
                     const FamilyOptions& options, const detail::MetricKind& kind, detail::MakeHandle make) const {
  const std::string whole = state_->prefix + std::string{name};
  return state_->registry.declare(*state_, kind.type,
                                  {.name = whole,
                                   .help = std::string{help},
                                   .labels = {labels.names().begin(), labels.names().end()},
                                   .constant_labels = state_->labels,
                                   .options = options,
                                   .unit = {},
                                   .shape = shape_of(whole, kind),
                                   .open_labels = labels.is_any(),
                                   .omits_empty_labels = true},
                                  {detail::FamilyBase::Held::DynamicFamily, make});
}

bool Scope::remove(std::string_view name) const {
  return state_->registry.remove(*state_, state_->prefix + std::string{name});
}

Info& Scope::info(std::string_view name, std::string_view help, std::vector<Label> labels) const {
  detail::RegistryState& registry = state_->registry;
  const auto declared = declaration_of(*state_, name, help, MetricType::Info);
  const auto info =
      std::make_shared<detail::InfoState>(head_of(declared, MetricType::Info), *state_, registry.utf8_names());
  info->set(std::move(labels));
  return registry.add(info, declared);
}

CollectorToken Scope::gauge_callback(std::string_view name, std::string_view help,
                                     std::function<double()> callback) const {
  return register_callback(*state_, MetricType::Gauge, name, help, std::move(callback));
}

CollectorToken Scope::counter_callback(std::string_view name, std::string_view help,
                                       std::function<double()> callback) const {
  return register_callback(*state_, MetricType::Counter, name, help, std::move(callback));
}

CollectorToken Scope::callbacks(MetricType type, std::string_view name, std::string_view help,
                                std::span<const detail::LabelName> labels,
                                std::function<void(detail::SampleSink&)> callback) const {
  return callbacks(type, name, help, LabelNames{labels}, std::move(callback));
}

CollectorToken Scope::callbacks(MetricType type, std::string_view name, std::string_view help, const LabelNames& labels,
                                std::function<void(detail::SampleSink&)> callback) const {
  auto declared = declaration_of(*state_, name, help, type);
  const std::vector<std::string_view> names{labels.names().begin(), labels.names().end()};
  detail::check_labels(*state_, declared.name, names, "", state_->registry.utf8_names());
  declared.labels.assign(labels.names().begin(), labels.names().end());
  declared.open_labels = labels.is_any();
  auto collect = detail::collect_each(head_of(declared, type), labels, std::move(callback));
  return token_of(state_->registry.add(*state_, std::move(collect), type, std::move(declared)));
}

CollectorToken Scope::add_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const {
  return token_of(state_->registry.add(*state_, std::move(collector)));
}

void Scope::keep_collector(std::function<void(std::vector<FamilySnapshot>&)> collector) const {
  state_->registry.add(*state_, std::move(collector));
}

}  // namespace vitals
