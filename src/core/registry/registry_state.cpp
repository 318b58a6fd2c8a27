#include "core/registry/registry_state.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>
#include <variant>

#include <vitals/lint_declaration.hpp>
#include <vitals/registry_options.hpp>
#include <vitals/scope.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/instruments/families.hpp"
#include "core/lint/rules.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/registry/info_state.hpp"
#include "core/registry/same_declaration.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

std::unique_ptr<FamilyBase> make_family(MetricType type, Declaration declared, Environment& environment) {
  switch (type) {
    case MetricType::Counter:
      return make_counters(std::move(declared), environment);
    case MetricType::Histogram:
      return make_histograms(std::move(declared), environment);
    case MetricType::Summary:
      return make_summaries(std::move(declared), environment);
    case MetricType::StateSet:
      return make_state_sets(std::move(declared), environment);
    case MetricType::Untyped:
      return make_untyped(std::move(declared), environment);
    default:
      if (std::holds_alternative<PeakOptions>(declared.shape))
        return make_peak_gauges(std::move(declared), environment);
      return make_gauges(std::move(declared), environment);
  }
}

// Of what FamilyBase::can_become() compares.
std::size_t hash_of_kind(MetricType type, const Declaration& declared) {
  std::size_t hash = static_cast<std::size_t>(type);
  const auto mix = [&hash](std::size_t part) { hash = (hash ^ part) * 0x9E3779B97F4A7C15; };
  for (const std::string& label : declared.labels) mix(std::hash<std::string>{}(label));
  for (const Label& label : declared.constant_labels) mix(std::hash<std::string>{}(label.name));
  mix(declared.shape.index());
  if (const auto* histogram = std::get_if<HistogramShape>(&declared.shape)) {
    for (const double bound : histogram->bounds) mix(std::hash<double>{}(bound));
  }
  return hash;
}

void check_constant_labels(const std::vector<Label>& labels, bool utf8_names) {
  std::vector<std::string_view> names;
  names.reserve(labels.size());
  for (const auto& label : labels) names.push_back(label.name);
  check_label_names("(all, by RegistryOptions::labels)", names, "", utf8_names);
}

}  // namespace

RegistryState::RegistryState(RegistryOptions options)
    : utf8_names_{options.utf8_names},
      created_lines_{options.created_lines},
      on_lint_{std::move(options.on_lint)},
      refuse_lint_{options.refuse_lint},
      ignored_lint_{std::move(options.ignored_lint)},
      on_collector_error_{std::move(options.on_collector_error)},
      root_{*this, nullptr, {}, {}, {}} {
  prepare_cells();
  if (options.clock == nullptr)
    throw std::invalid_argument{"vitals: RegistryOptions::clock: it must be a clock; leave it out for the machine's"};
  if (options.exemplar_interval.count() < 0)
    throw std::invalid_argument{"vitals: RegistryOptions::exemplar_interval: it must not be negative; use 1s"};
  check_constant_labels(options.labels, utf8_names_);
  for (const auto& rule : ignored_lint_) {
    if (!lint_rule_of(rule))
      throw std::invalid_argument{"vitals: RegistryOptions::ignored_lint: there is no rule \"" + to_valid_utf8(rule) +
                                  "\"; use one of lint_rules()"};
  }
  for (Label& label : options.labels) label.value = to_valid_utf8(label.value);
  root_.labels = std::move(options.labels);
  environment_.utf8_names = utf8_names_;
  environment_.clock = options.clock;
  environment_.trace_source = options.trace_source;
  environment_.exemplar_interval = options.exemplar_interval;
}

const ScopeState& RegistryState::scope(const ScopeState& outer, const ScopeOptions& options) {
  check_scope(outer, options.labels, utf8_names_);
  ScopeState made{*this, &outer, outer.prefix + options.prefix, outer.labels, {}};
  for (const auto& [name, value] : options.labels) made.labels.push_back({name, to_valid_utf8(value)});
  made.label_text = text_of(std::span{made.labels}.subspan(root_.labels.size()));
  if (made.prefix.empty() && made.label_text.empty()) return root_;
  std::pair key{made.prefix, made.label_text};
  const std::lock_guard lock{mutex_};
  return scopes_.try_emplace(std::move(key), std::move(made)).first->second;
}

// A name that was declared, with the labels of a scope that did.
std::string RegistryState::shown(const std::string& name) const {
  const auto* family = find_any(families_, name);
  const auto* claim = find_any(claims_, name);
  return shown_name(name, family != nullptr  ? family->first.label_text
                          : claim != nullptr ? claim->first.label_text
                                             : std::string{});
}

void RegistryState::check(const ScopeState& scope, MetricType type, const Declaration& declared) const {
  std::vector<std::string_view> labels{declared.labels.begin(), declared.labels.end()};
  if (declared.open_labels) labels.push_back(kOverflowLabel);  // no constant label may be it
  check_labels(scope, declared.name, labels, type == MetricType::StateSet ? declared.name : std::string_view{},
               utf8_names_);
  if (type == MetricType::StateSet && !declared.unit.empty())
    refuse(declared.name, "unit \"" + to_valid_utf8(declared.unit) + "\": state sets have no unit; leave it out");
  check_unit(declared.name, base_name(declared.name, type), declared.unit);
  const auto* histogram = std::get_if<HistogramShape>(&declared.shape);
  if (histogram != nullptr && !histogram->native) check_bounds(declared.name, histogram->bounds);
  if (type == MetricType::StateSet) check_states(declared.name, std::get<StateSetShape>(declared.shape).states);
  if (declared.options.expire_after.count() < 0)
    refuse(declared.name, "FamilyOptions::expire_after: it must not be negative; use 0 for never");
}

void* RegistryState::declare(const ScopeState& scope, MetricType type, Declaration declared, const Wanted& wanted) {
  check_metric_name(declared.name, utf8_names_);
  declared.help = to_valid_utf8(declared.help);
  declared.unit = declared.options.unit;
  declared.options.unit = {};
  std::vector<LintProblem> problems;
  void* found = nullptr;
  {
    const std::lock_guard lock{mutex_};
    FamilyBase& its_family = family(scope, type, std::move(declared), problems);
    found = wanted.make == nullptr ? its_family.find_or_create_single() : &its_family.handle(wanted.held, wanted.make);
  }
  report(problems);
  return found;
}

// Under the lock.
FamilyBase& RegistryState::family(const ScopeState& scope, MetricType type, Declaration declared,
                                  std::vector<LintProblem>& problems) {
  const std::string given = declared.name;
  if (type == MetricType::Counter && !declared.options.exact_name)
    declared.name = with_value_suffix(declared.name, type);
  const ScopedName key{declared.name, scope.label_text};
  const auto found = families_.find(key);
  const auto* before = found != families_.end() ? &*found : find_any(families_, key.name);
  if (before != nullptr)
    check_same({before->second->type(), before->second->declared()}, {type, declared}, root_.labels.size());
  if (found != families_.end()) return *found->second;
  check(scope, type, declared);
  const auto* histogram = std::get_if<HistogramShape>(&declared.shape);
  problems = lint({given,
                   declared.help,
                   type,
                   declared.labels,
                   declared.unit,
                   histogram == nullptr ? std::vector<double>{} : histogram->bounds,
                   {}});
  const auto place = families_.try_emplace(key).first;
  listed_ = nullptr;
  bool is_new = true;
  try {
    place->second = make(type, std::move(declared), is_new);
    if (before == nullptr) claim(key, type);
  } catch (...) {  // a clash, or no memory
    if (!is_new) keep(place->second);
    families_.erase(place);
    throw;
  }
  return *place->second;
}

// One that has ended, if there is one that can become this; then it is not new.
std::unique_ptr<FamilyBase> RegistryState::make(MetricType type, Declaration declared, bool& is_new) {
  while (!leaving_.empty() && environment_.epochs.has_passed(leaving_.front().moment)) {
    keep(leaving_.front().family);
    leaving_.pop_front();
  }
  auto [first, last] = kept_.equal_range(hash_of_kind(type, declared));
  const auto kept = std::find_if(first, last, [&](const auto& one) { return one.second->can_become(type, declared); });
  if (kept == last) return make_family(type, std::move(declared), environment_);
  auto family = std::move(kept->second);
  kept_.erase(kept);
  family->become(std::move(declared));
  is_new = false;
  return family;
}

// Without memory for that it is given up: a look-up through an old handle may still be in it.
void RegistryState::keep(std::unique_ptr<FamilyBase>& family) noexcept {
  try {
    const std::size_t hash = family->is_reusable() ? hash_of_kind(family->type(), family->declared())
                                                   : reinterpret_cast<std::size_t>(family.get());
    kept_.emplace(hash, nullptr)->second = std::move(family);
  } catch (const std::bad_alloc&) {
    (void)family.release();
  }
}

bool RegistryState::is_declared(const std::string& name) const {
  return find_any(families_, name) != nullptr || find_any(claims_, name) != nullptr;
}

bool RegistryState::remove(const ScopeState& scope, const std::string& name) {
  Ended ended = take(scope, name);
  for (const auto type : {MetricType::Counter, MetricType::Info}) {
    if (ended.empty()) ended = take(scope, with_value_suffix(name, type));
  }
  // Without the lock: a callback may be waiting for it.
  for (const auto& info : ended.infos) info->end(environment_.lasting);
  for (const auto& collector : ended.collectors) collector->close();
  for (const auto& family : ended.families) family->end();
  const std::lock_guard lock{mutex_};
  const bool found = !ended.empty();
  for (auto& family : ended.families) {
    try {
      leaving_.push_back({std::move(family), environment_.epochs.now()});
    } catch (const std::bad_alloc&) {  // others may still be in it, so its memory is given up
      (void)family.release();
    }
  }
  return found;
}

// What has that very name, of the scope or, if that is the registry's own, of all.
RegistryState::Ended RegistryState::take(const ScopeState& scope, const std::string& name) {
  const auto is_wanted = [&](const ScopedName& key) {
    return key.name == name && (&scope == &root_ || key.label_text == scope.label_text);
  };
  Ended ended;
  if (name.empty()) return ended;
  const std::lock_guard lock{mutex_};
  // All memory first, so that nothing is lost on the way.
  ended.families.reserve(static_cast<std::size_t>(
      std::ranges::count_if(families_, [&](const auto& entry) { return is_wanted(entry.first); })));
  const auto n = static_cast<std::size_t>(
      std::ranges::count_if(collectors_, [&](const auto& collector) { return is_wanted(collector->claimed); }));
  ended.collectors.reserve(n);
  ended.infos.reserve(n);
  MetricType type{};
  for (auto next = families_.lower_bound(ScopedName{name, {}}); next != families_.end() && next->first.name == name;) {
    const auto family = next++;
    if (!is_wanted(family->first)) continue;
    type = family->second->type();
    ended.families.push_back(std::move(family->second));
    families_.erase(family);
    listed_ = nullptr;
  }
  for (const auto& collector : collectors_) {
    if (!is_wanted(collector->claimed)) continue;
    type = collector->type;
    ended.collectors.push_back(collector);
    claims_.erase(collector->claimed);
    if (auto info = infos_.extract(collector->claimed)) ended.infos.push_back(std::move(info.mapped()));
  }
  std::erase_if(collectors_, [&](const auto& collector) { return is_wanted(collector->claimed); });
  if (!ended.empty() && !is_declared(name)) names_.release(name, type);
  return ended;
}

std::vector<LintProblem> RegistryState::lint(const LintDeclaration& declared) const {
  if (!on_lint_ && !refuse_lint_) return {};
  auto problems = lint_declaration(declared);
  std::erase_if(problems, [this](const LintProblem& problem) {
    return std::find(ignored_lint_.begin(), ignored_lint_.end(), problem.rule) != ignored_lint_.end();
  });
  if (refuse_lint_ && !problems.empty()) refuse(declared.name, problems[0].message + " [" + problems[0].rule + "]");
  return problems;
}

void RegistryState::report(const std::vector<LintProblem>& problems) const {
  if (!on_lint_) return;
  for (const LintProblem& problem : problems) on_lint_(problem);
}

// Under the lock: takes all names that the family's lines will have, or none.
void RegistryState::claim(const ScopedName& name, MetricType type) {
  const auto clash = names_.find_clash(name.name, type);
  const std::string there = shown(clash.family);
  if (clash.family == name.name)
    refuse(shown_name(name.name, name.label_text),
           "the name clashes with what was registered before as another kind of metric, a callback or an info" +
               (there == name.name ? "" : ", \"" + there + '"') + "; use what that gave, or another name");
  if (clash.line.empty()) return names_.claim(name.name, type);
  const auto* other = find_any(families_, clash.family);
  const bool both_count = type == MetricType::Counter && other != nullptr && other->second->type() == type;
  const bool same_base = base_name(name.name, type) == base_name(clash.family, type);
  refuse(shown_name(name.name, name.label_text),
         clash_text({clash.line, there}) + (both_count && same_base
                                                ? ", or declare it with FamilyOptions::exact_name in both places "
                                                  "or in none, if they are one"
                                                : ""));
}

std::shared_ptr<Collector> RegistryState::add(const ScopeState& scope, Collector::Function function) {
  if (!function) throw std::invalid_argument{"vitals: the collector is empty; give a function"};
  auto collector =
      std::make_shared<Collector>(std::move(function), scope, ScopedName{}, MetricType::Untyped, weak_from_this());
  const std::lock_guard lock{mutex_};
  collectors_.push_back(collector);
  return collector;
}

std::shared_ptr<Collector> RegistryState::add(const ScopeState& scope, Collector::Function function, MetricType type,
                                              Declaration claimed) {
  const ScopedName key{claimed.name, scope.label_text};
  auto collector = std::make_shared<Collector>(std::move(function), scope, key, type, weak_from_this());
  std::unique_lock lock{mutex_};
  if (!infos_.contains(key) && claims_.contains(key))
    refuse(shown_name(key.name, key.label_text),
           "a callback of that name is registered; keep the token that the first call gave, for as long as the metric "
           "shall be there, or let it end before the name is given to another callback");
  const auto problems = claim(collector, std::move(claimed));
  lock.unlock();
  report(problems);
  return collector;
}

// Of several threads that declare the same info the first one's is made, in one step.
Info& RegistryState::add(const std::shared_ptr<InfoState>& info, const Declaration& declared) {
  // The info lives as long as the collector that reads it, which is as long as the registry.
  const auto collect = [info](auto& out) {
    out.push_back(info->family);
    out.back().metrics.push_back({.labels = info->labels(), .value = 1});
  };
  const ScopedName key{declared.name, info->scope.label_text};
  auto collector = std::make_shared<Collector>(collect, info->scope, key, MetricType::Info, weak_from_this());
  std::unique_lock lock{mutex_};
  const auto [place, is_new] = infos_.emplace(key, info);
  if (!is_new) {
    const InfoState& before = *place->second;
    if (before.family.help == info->family.help && before.labels() == info->labels()) return before.handle();
    refuse(shown_name(key.name, key.label_text),
           "registered before with other labels or another help text; use what that gave, and Info::set(), or another "
           "name");
  }
  std::vector<LintProblem> problems;
  Info* handle = nullptr;  // which stays, though the info may be removed as soon as the lock is open
  try {
    handle = &info->make_handle(environment_.lasting);
    problems = claim(collector, declared);
  } catch (...) {
    info->end(environment_.lasting);
    infos_.erase(place);
    throw;
  }
  lock.unlock();
  report(problems);
  return *handle;
}

// Under the lock: adds the collector, and takes the name of what it gives. Returns what the linter says of that.
std::vector<LintProblem> RegistryState::claim(const std::shared_ptr<Collector>& collector, Declaration claimed) {
  const ScopedName& key = collector->claimed;
  check_metric_name(key.name, utf8_names_);
  const auto is_info = [](MetricType type) { return type == MetricType::Info; };
  const auto* before = find_any(claims_, key.name);
  if (before != nullptr && is_info(before->second.type) == is_info(collector->type))
    check_same({before->second.type, before->second.declared}, {collector->type, claimed}, root_.labels.size());
  else
    claim(key, collector->type);  // refused, if there is another kind of that name
  try {
    auto problems = lint({claimed.name, claimed.help, collector->type, {}, claimed.unit, {}, {}});
    collectors_.reserve(collectors_.size() + 1);
    claims_.emplace(key, Claim{collector->type, std::move(claimed)});
    collectors_.push_back(collector);
    return problems;
  } catch (...) {
    if (before == nullptr) names_.release(key.name, collector->type);
    throw;
  }
}

// Allocates nothing, since the end of a token must not fail.
void RegistryState::remove(const Collector& collector) {
  const std::lock_guard lock{mutex_};
  if (std::erase_if(collectors_, [&](const auto& held) { return held.get() == &collector; }) == 0) return;
  const std::string& name = collector.claimed.name;
  if (name.empty()) return;
  const auto ended = claims_.find(collector.claimed);
  const auto has_name = [&](auto other) { return other != claims_.end() && other->first.name == name; };
  const bool is_last = !has_name(std::next(ended)) && (ended == claims_.begin() || !has_name(std::prev(ended)));
  claims_.erase(ended);
  if (is_last) names_.release(name, collector.type);
}

}  // namespace vitals::detail
