// What a scrape asks of a registry: its families, and what collectors give.
#include <algorithm>
#include <iterator>
#include <utility>

#include "core/registry/registry_state.hpp"
#include "core/text/refuse.hpp"
#include "core/text/utf8.hpp"

namespace vitals::detail {

namespace {

bool have_same_names(const std::vector<Label>& a, const std::vector<Label>& b) {
  return std::ranges::equal(a, b, {}, &Label::name, &Label::name);
}

}  // namespace

std::shared_ptr<const RegistryState::Families> RegistryState::families(const NameFilter& filter) const {
  const std::lock_guard lock{mutex_};
  if (filter.wants_all() && listed_ != nullptr) return listed_;
  auto families = std::make_shared<Families>();
  if (filter.wants_all()) {
    families->reserve(families_.size());
    for (const auto& [name, family] : families_) families->push_back(family.get());
    return listed_ = std::move(families);
  }
  bool all_are_declared = true;
  for (const std::string& name : filter.names()) {
    auto found = families_.lower_bound(ScopedName{name, {}});
    all_are_declared = all_are_declared && found != families_.end() && found->first.name == name;
    for (; found != families_.end() && found->first.name == name; ++found) families->push_back(found->second.get());
  }
  if (all_are_declared) return families;
  families->clear();
  for (const auto& [name, family] : families_) {
    if (filter.wants(name.name)) families->push_back(family.get());
  }
  return families;
}

const FamilyBase* RegistryState::find_family(const ScopedName& name) const {
  const std::lock_guard lock{mutex_};
  const auto found = families_.find(name);
  return found != families_.end() ? found->second.get() : nullptr;
}

// Those that must be asked. Names are taken once: where what is declared has all that are wanted, collectors that say
// only when they are asked what they give can't have one.
std::vector<std::shared_ptr<Collector>> RegistryState::collectors(const NameFilter& filter) const {
  const std::lock_guard lock{mutex_};
  if (filter.wants_all()) return collectors_;
  std::vector<std::shared_ptr<Collector>> wanted;
  std::copy_if(collectors_.begin(), collectors_.end(), std::back_inserter(wanted), [&](const auto& collector) {
    return !collector->claimed.name.empty() && filter.wants(collector->claimed.name);
  });
  const bool all_are_declared = std::ranges::all_of(filter.names(), [&](const std::string& name) {
    return find_any(families_, name) != nullptr || find_any(claims_, name) != nullptr;
  });
  if (all_are_declared) return wanted;
  std::copy_if(collectors_.begin(), collectors_.end(), std::back_inserter(wanted),
               [](const auto& collector) { return collector->claimed.name.empty(); });
  return wanted;
}

// Completes a family that a collector gave, and tells whether it can be exposed beside all others. `before`: what is
// exposed of the same name and comes from other scopes, of which it becomes a part if they differ in the values of
// constant labels alone. `names` are those of the families before it. `why`: what was wrong.
Completed RegistryState::accept(FamilySnapshot& family, const Collector& from, const Exposed& before,
                                SampleNames& names, std::string& why) const {
  const ScopeState& scope = from.scope;
  const bool joins = before.family != nullptr && before.scope->label_text != scope.label_text;
  SampleNames::Clash clash;
  if (from.claimed.name.empty()) {
    const std::lock_guard lock{mutex_};
    clash = names_.find_clash(family.name, family.type);
  }
  if (clash.line.empty() && !joins) clash = names.find_clash(family.name, family.type);
  if (!clash.line.empty()) {
    why = clash_text(clash);
    return Completed::Refused;
  }
  const Completed completed = complete(family, scope.labels, utf8_names_, why);
  if (completed == Completed::Refused || family.metrics.empty()) return completed;
  if (!joins) {
    names.claim(family.name, family.type);
  } else if (before.family->type != family.type || before.family->help != family.help ||
             before.family->unit != family.unit || !have_same_names(before.scope->labels, scope.labels)) {
    why = "it is there as \"" + shown_name(family.name, before.scope->label_text) +
          "\", of another type, help text or unit, or of a scope that has other labels; make them alike, or rename one";
    return Completed::Refused;
  }
  return completed;
}

GivenFamilies RegistryState::ask(const std::shared_ptr<Collector>& collector) {
  GivenFamilies given{.from = collector};
  std::string why;
  if (!collector->collect(given.families, why)) {
    given.error =
        collector->shown() + " threw \"" + to_valid_utf8(why) + "\"; what it gives is left out until it succeeds";
  }
  return given;
}

std::vector<FamilySnapshot> RegistryState::accept(std::span<GivenFamilies> given,
                                                  std::vector<std::string>& errors) const {
  using Given = std::pair<FamilySnapshot, const Collector*>;
  std::vector<Given> collected;
  for (auto& [from, families, error] : given) {
    if (!error.empty()) errors.push_back(error);
    for (auto& family : families) {
      if (from->claimed.name.empty()) family.name.insert(0, from->scope.prefix);
      collected.emplace_back(std::move(family), from.get());
    }
  }
  std::stable_sort(collected.begin(), collected.end(), [](const Given& a, const Given& b) {
    const int order = a.first.name.compare(b.first.name);
    return order < 0 || (order == 0 && a.second->scope.label_text < b.second->scope.label_text);
  });

  std::vector<FamilySnapshot> accepted;
  SampleNames names;
  const ScopeState* scope = nullptr;  // of what was accepted last
  for (auto& [family, from] : collected) {
    const bool again = !accepted.empty() && accepted.back().name == family.name;
    std::string why;
    const Completed completed = accept(family, *from, again ? Exposed{&accepted.back(), scope} : Exposed{}, names, why);
    if (completed != Completed::Good) errors.push_back(about(shown_name(family.name, from->scope.label_text)) + why);
    if (completed == Completed::Refused || family.metrics.empty()) continue;
    scope = &from->scope;
    if (!again) {
      accepted.push_back(std::move(family));
      continue;
    }
    auto& metrics = accepted.back().metrics;
    metrics.insert(metrics.end(), std::make_move_iterator(family.metrics.begin()),
                   std::make_move_iterator(family.metrics.end()));
  }
  return accepted;
}

std::vector<FamilySnapshot> RegistryState::collect(const NameFilter& filter) {
  std::vector<GivenFamilies> given;
  for (const auto& collector : collectors(filter)) given.push_back(ask(collector));
  std::vector<std::string> errors;
  auto accepted = accept(given, errors);
  count_errors(errors.size());
  tell(errors);
  return accepted;
}

void RegistryState::tell(const std::vector<std::string>& errors) const noexcept {
  if (!on_collector_error_) return;
  for (const std::string& error : errors) {
    try {
      on_collector_error_(error);
    } catch (...) {  // RegistryOptions::on_collector_error: what it throws is ignored
    }
  }
}

}  // namespace vitals::detail
