#include "core/registry/registry_state.hpp"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include <vitals/lint_declaration.hpp>
#include <vitals/registry_options.hpp>

#include "core/cells/cell_arena.hpp"
#include "core/formats/text_pieces.hpp"
#include "core/instruments/families.hpp"
#include "core/registry/declaration_rules.hpp"
#include "core/registry/info_state.hpp"
#include "core/text/metric_types.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

std::string list(const std::vector<std::string>& texts) {
  std::string out;
  for (const std::string& text : texts) out += (out.empty() ? "" : ", ") + text;
  return "{" + out + "}";
}

std::string list(const std::vector<double>& numbers) {
  std::string out;
  for (const double number : numbers) {
    if (!out.empty()) out += ", ";
    append_number(out, number);
  }
  return "{" + out + "}";
}

std::string describe(const std::optional<Native>& native) {
  if (!native) return "none";
  return list(
      {native->factor, native->zero_threshold, static_cast<double>(native->max_buckets), native->max_zero_threshold});
}

std::string describe_window(const SummaryOptions& summary) {
  std::string out;
  append_number(out, std::chrono::duration<double>(summary.window).count());
  return out + " s in " + std::to_string(summary.slices) + " slices";
}

std::string describe_peak(const Shape& shape) {
  const auto* peak = std::get_if<PeakOptions>(&shape);
  return peak == nullptr ? "none" : std::to_string(peak->window.count()) + " ns";
}

// Calls differ(what, was, is) with a difference between two shapes of one type, if there is one.
template <class Differ>
void compare(const Shape& before, const Shape& now, Differ differ) {
  if (before == now) return;
  if (const auto* was = std::get_if<HistogramShape>(&before)) {
    const auto& is = std::get<HistogramShape>(now);
    if (was->native != is.native) differ("native buckets", describe(was->native), describe(is.native));
    differ("bucket bounds", list(was->bounds), list(is.bounds));
  } else if (const auto* summary = std::get_if<SummaryOptions>(&before)) {
    const auto& is = std::get<SummaryOptions>(now);
    if (summary->quantiles != is.quantiles) differ("quantiles", list(summary->quantiles), list(is.quantiles));
    differ("window", describe_window(*summary), describe_window(is));
  } else if (const auto* set = std::get_if<StateSetShape>(&before)) {
    differ("states", list(set->states), list(std::get<StateSetShape>(now).states));
  } else {
    differ("peak window", describe_peak(before), describe_peak(now));
  }
}

void check_same(const FamilyBase& family, MetricType type, const Declaration& declared) {
  const Declaration& before = family.declared();
  const auto again = [&](const char* what, std::string_view was, std::string_view is) {
    refuse(declared.name, "registered before with " + std::string{what} + " " + std::string{was} + ", now with " +
                              std::string{is} + "; use the same declaration, or another name");
  };
  if (family.type() != type) again("type", text_type_name(family.type()), text_type_name(type));
  if (before.labels != declared.labels) again("labels", list(before.labels), list(declared.labels));
  if (before.help != declared.help) again("help text", '"' + before.help + '"', '"' + declared.help + '"');
  if (before.unit != declared.unit) again("unit", '"' + before.unit + '"', '"' + declared.unit + '"');
  compare(before.shape, declared.shape, again);
}

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

std::string clash_text(const SampleNames::Clash& clash) {
  return "its line \"" + clash.line + "\" would clash with that of metric \"" + clash.family + "\"; rename one of them";
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
      on_collector_error_{std::move(options.on_collector_error)} {
  prepare_cells();
  if (options.clock == nullptr)
    throw std::invalid_argument{"vitals: RegistryOptions::clock: it must be a clock; leave it out for the machine's"};
  if (options.exemplar_interval.count() < 0)
    throw std::invalid_argument{"vitals: RegistryOptions::exemplar_interval: it must not be negative; use 1s"};
  check_constant_labels(options.labels, utf8_names_);
  for (Label& label : options.labels) label.value = to_valid_utf8(label.value);
  environment_.labels = std::move(options.labels);
  environment_.clock = options.clock;
  environment_.trace_source = options.trace_source;
  environment_.exemplar_interval = options.exemplar_interval;
}

void RegistryState::check(MetricType type, const Declaration& declared) const {
  std::vector<std::string_view> labels;
  for (const auto& label : environment_.labels) labels.push_back(label.name);
  labels.insert(labels.end(), declared.labels.begin(), declared.labels.end());
  check_label_names(declared.name, labels, type == MetricType::StateSet ? declared.name : std::string_view{},
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

FamilyBase& RegistryState::family(MetricType type, Declaration declared) {
  check_metric_name(declared.name, utf8_names_);
  declared.help = to_valid_utf8(declared.help);
  declared.unit = declared.options.unit;
  declared.options.unit = {};
  const std::string given = declared.name;
  if (type == MetricType::Counter) declared.name = with_value_suffix(declared.name, type);
  std::unique_lock lock{mutex_};
  if (const auto found = families_.find(declared.name); found != families_.end()) {
    check_same(*found->second, type, declared);
    return *found->second;
  }
  check(type, declared);
  const auto* histogram = std::get_if<HistogramShape>(&declared.shape);
  const auto problems = lint({given,
                              declared.help,
                              type,
                              declared.labels,
                              declared.unit,
                              histogram == nullptr ? std::vector<double>{} : histogram->bounds,
                              {}});
  const std::string name = declared.name;
  const auto place = families_.emplace(name, make_family(type, std::move(declared), environment_)).first;
  try {
    claim(name, type);
  } catch (...) {  // a clash, or no memory
    families_.erase(place);
    throw;
  }
  lock.unlock();
  report(problems);
  return *place->second;
}

std::vector<LintProblem> RegistryState::lint(const LintDeclaration& declared) const {
  if (!on_lint_ && !refuse_lint_) return {};
  auto problems = lint_declaration(declared);
  if (refuse_lint_ && !problems.empty()) refuse(declared.name, problems[0].message + " [" + problems[0].rule + "]");
  return problems;
}

void RegistryState::report(const std::vector<LintProblem>& problems) const {
  if (!on_lint_) return;
  for (const LintProblem& problem : problems) on_lint_(problem);
}

// Under the lock: takes all names that the family's lines will have, or none.
void RegistryState::claim(const std::string& name, MetricType type) {
  const auto clash = names_.find_clash(name, type);
  if (clash.family == name)
    refuse(name,
           "the name clashes with what was registered before as another kind of metric, a callback or an info; use "
           "what that gave, or another name");
  if (!clash.line.empty()) refuse(name, clash_text(clash));
  names_.claim(name, type);
}

std::shared_ptr<Collector> RegistryState::add(Collector::Function function) {
  if (!function) throw std::invalid_argument{"vitals: the collector is empty; give a function"};
  auto collector = std::make_shared<Collector>(std::move(function), "", MetricType::Untyped, weak_from_this());
  const std::lock_guard lock{mutex_};
  collectors_.push_back(collector);
  return collector;
}

std::shared_ptr<Collector> RegistryState::add(Collector::Function function, const FamilySnapshot& claimed) {
  auto collector = std::make_shared<Collector>(std::move(function), claimed.name, claimed.type, weak_from_this());
  std::unique_lock lock{mutex_};
  const auto is_same = [&](const auto& other) { return other->claimed == claimed.name; };
  if (!infos_.contains(claimed.name) && std::any_of(collectors_.begin(), collectors_.end(), is_same))
    refuse(claimed.name,
           "a callback of that name is registered; keep the token that the first call gave, for as long as the metric "
           "shall be there, or let it end before the name is given to another callback");
  const auto problems = claim(collector, claimed);
  lock.unlock();
  report(problems);
  return collector;
}

// Of several threads that declare the same info the first one's is made, in one step.
std::shared_ptr<InfoState> RegistryState::add(const std::shared_ptr<InfoState>& info) {
  // The info lives as long as the collector that reads it, which is as long as the registry.
  const auto collect = [info](auto& out) {
    out.push_back(info->family);
    out.back().metrics.push_back({.labels = info->labels(), .value = 1});
  };
  const FamilySnapshot& family = info->family;
  auto collector = std::make_shared<Collector>(collect, family.name, family.type, weak_from_this());
  std::unique_lock lock{mutex_};
  const auto [place, is_new] = infos_.emplace(family.name, info);
  if (!is_new) return place->second;
  std::vector<LintProblem> problems;
  try {
    problems = claim(collector, family);
  } catch (...) {
    infos_.erase(place);
    throw;
  }
  lock.unlock();
  report(problems);
  return info;
}

// Under the lock: adds the collector, and takes the name of what it gives. Returns what the linter says of that.
std::vector<LintProblem> RegistryState::claim(const std::shared_ptr<Collector>& collector,
                                              const FamilySnapshot& claimed) {
  check_metric_name(claimed.name, utf8_names_);
  auto problems = lint({claimed.name, claimed.help, claimed.type, {}, claimed.unit, {}, {}});
  collectors_.push_back(collector);
  try {
    claim(claimed.name, claimed.type);
  } catch (...) {
    collectors_.pop_back();
    throw;
  }
  return problems;
}

void RegistryState::remove(const Collector& collector) {
  const std::lock_guard lock{mutex_};
  std::erase_if(collectors_, [&](const auto& held) { return held.get() == &collector; });
  if (!collector.claimed.empty()) names_.release(collector.claimed, collector.type);
}

std::vector<FamilyBase*> RegistryState::families(const NameFilter& filter) const {
  const std::lock_guard lock{mutex_};
  std::vector<FamilyBase*> families;
  for (const std::string& name : filter.names()) {
    if (const auto found = families_.find(name); found != families_.end()) families.push_back(found->second.get());
  }
  if (!filter.wants_all() && families.size() == filter.names().size()) return families;
  families.clear();
  families.reserve(filter.wants_all() ? families_.size() : filter.names().size());
  for (const auto& [name, family] : families_) {
    if (filter.wants(name)) families.push_back(family.get());
  }
  return families;
}

// Those that must be asked. Names are taken once: where what is declared has all that are wanted, collectors that say
// only when they are asked what they give can't have one.
std::vector<std::shared_ptr<Collector>> RegistryState::collectors(const NameFilter& filter) const {
  const std::lock_guard lock{mutex_};
  if (filter.wants_all()) return collectors_;
  std::vector<std::shared_ptr<Collector>> wanted;
  auto missing = filter.names().size();
  for (const std::string& name : filter.names()) missing -= families_.count(name);
  for (const auto& collector : collectors_) {
    if (collector->claimed.empty() || !filter.wants(collector->claimed)) continue;
    wanted.push_back(collector);
    --missing;
  }
  if (missing == 0) return wanted;
  std::copy_if(collectors_.begin(), collectors_.end(), std::back_inserter(wanted),
               [](const auto& collector) { return collector->claimed.empty(); });
  return wanted;
}

// Completes a family that a collector gave, and tells whether it can be exposed beside all others.
// `claimed`: the registry keeps its name for it. `names` are those of the families before it. `why`: what was wrong.
Completed RegistryState::accept(FamilySnapshot& family, bool claimed, SampleNames& names, std::string& why) const {
  SampleNames::Clash clash;
  if (!claimed) {
    const std::lock_guard lock{mutex_};
    clash = names_.find_clash(family.name, family.type);
  }
  if (clash.line.empty()) clash = names.find_clash(family.name, family.type);
  if (!clash.line.empty()) {
    why = clash_text(clash);
    return Completed::Refused;
  }
  const Completed completed = complete(family, environment_.labels, utf8_names_, why);
  if (completed != Completed::Refused && !family.metrics.empty()) names.claim(family.name, family.type);
  return completed;
}

// What collectors give, by name, without what would break the exposition: it costs only its own family.
std::vector<FamilySnapshot> RegistryState::collect(const NameFilter& filter) {
  std::vector<std::pair<FamilySnapshot, bool>> collected;
  std::vector<std::string> errors;
  for (const auto& collector : collectors(filter)) {
    std::vector<FamilySnapshot> families;
    std::string why;
    if (!collector->collect(families, why)) {
      errors.push_back(
          (collector->claimed.empty() ? "vitals: a collector" : about(collector->claimed) + "the callback") +
          " threw \"" + to_valid_utf8(why) + "\"; what it gives is left out until it succeeds");
    }
    for (auto& family : families) {
      const bool claimed = !collector->claimed.empty() && collector->claimed == family.name;
      collected.emplace_back(std::move(family), claimed);
    }
  }
  std::stable_sort(collected.begin(), collected.end(),
                   [](const auto& a, const auto& b) { return a.first.name < b.first.name; });

  std::vector<FamilySnapshot> accepted;
  SampleNames names;
  for (auto& [family, claimed] : collected) {
    std::string why;
    const Completed completed = accept(family, claimed, names, why);
    if (completed != Completed::Good) errors.push_back(about(family.name) + why);
    if (completed != Completed::Refused && !family.metrics.empty()) accepted.push_back(std::move(family));
  }
  report(errors);
  std::erase_if(accepted, [&](const FamilySnapshot& family) { return !filter.wants(family.name); });
  return accepted;
}

void RegistryState::report(const std::vector<std::string>& errors) noexcept {
  if (errors.empty()) return;
  collector_errors_.fetch_add(errors.size(), std::memory_order_relaxed);
  if (!on_collector_error_) return;
  for (const std::string& error : errors) {
    try {
      on_collector_error_(error);
    } catch (...) {  // RegistryOptions::on_collector_error: what it throws is ignored
    }
  }
}

}  // namespace vitals::detail
