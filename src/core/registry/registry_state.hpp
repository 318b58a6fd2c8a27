#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <vitals/snapshot.hpp>

#include "core/registry/collected.hpp"
#include "core/registry/collector.hpp"
#include "core/registry/name_filter.hpp"
#include "core/registry/sample_names.hpp"
#include "core/registry/scope_state.hpp"
#include "core/series/environment.hpp"
#include "core/series/family_base.hpp"

namespace vitals {
class Info;
struct LintDeclaration;
struct LintProblem;
struct RegistryOptions;
struct ScopeOptions;
}  // namespace vitals

namespace vitals::detail {

struct InfoState;

/// What a collector gave when it was asked.
struct GivenFamilies {
  std::shared_ptr<Collector> from;
  std::vector<FamilySnapshot> families = {};
  std::string error = {};  ///< for people; empty: nothing went wrong
};

/// What a Registry holds. The lock is for registration, and for copying the lists at the start of a scrape; no callback
/// runs under it.
class RegistryState : public std::enable_shared_from_this<RegistryState> {
 public:
  explicit RegistryState(RegistryOptions options);

  /// The registry's own scope, and the scope of these options within another one. The same again is the same object.
  [[nodiscard]] const ScopeState& root() const noexcept { return root_; }
  const ScopeState& scope(const ScopeState& outer, const ScopeOptions& options);

  // Declarations have the whole name and the constant labels of their scope.

  struct Wanted {
    FamilyBase::Held held;
    MakeHandle make;  // null: the metric of a family without labels
  };
  /// What is wanted of the family of this declaration: a new one, or the one that was made by the same declaration.
  void* declare(const ScopeState& scope, MetricType type, Declaration declared, const Wanted& wanted);
  /// Scope::remove().
  bool remove(const ScopeState& scope, const std::string& name);

  /// Throws std::invalid_argument if the function is empty. `claimed` tells what the collector's one family will be:
  /// its name is kept for it.
  std::shared_ptr<Collector> add(const ScopeState& scope, Collector::Function function);
  std::shared_ptr<Collector> add(const ScopeState& scope, Collector::Function function, MetricType type,
                                 Declaration claimed);
  void remove(const Collector& collector);
  /// The info of that name and scope: this one, or an equal one that was there before.
  Info& add(const std::shared_ptr<InfoState>& info, const Declaration& declared);

  /// The collectors that must be asked for the families that the filter wants, in their order.
  [[nodiscard]] std::vector<std::shared_ptr<Collector>> collectors(const NameFilter& filter) const;
  /// Asks it, on this thread.
  [[nodiscard]] static GivenFamilies ask(const std::shared_ptr<Collector>& collector);
  /// What collectors gave, by name and complete, without what would break the exposition: that costs only its own
  /// family, and `errors` tells it. What they gave is used up.
  [[nodiscard]] std::vector<FamilySnapshot> accept(std::span<GivenFamilies> given,
                                                   std::vector<std::string>& errors) const;
  /// Counts what went wrong; tells it to RegistryOptions::on_collector_error.
  void count_errors(std::size_t n) noexcept { collector_errors_.fetch_add(n, std::memory_order_relaxed); }
  void tell(const std::vector<std::string>& errors) const noexcept;
  /// Whether there is anybody to tell.
  [[nodiscard]] bool tells() const noexcept { return on_collector_error_ != nullptr; }
  /// All of this for those that the filter wants.
  [[nodiscard]] std::vector<FamilySnapshot> collect(const NameFilter& filter);

  /// Calls, for each name in their order and without the lock, `own` with a std::span<FamilyBase* const> if it is the
  /// registry's own, one for each scope that declares it, else `collected` with the const FamilySnapshot& of what
  /// accept() gave. Of families with the same name the own ones count. Those that the filter doesn't want are left out.
  template <class Own, class Collected>
  void visit(Own own, Collected collected, std::span<const FamilySnapshot> accepted,
             const NameFilter& filter = {{}, Escaping::Utf8});

  [[nodiscard]] std::uint64_t collector_errors() const noexcept {
    return collector_errors_.load(std::memory_order_relaxed);
  }
  using Families = std::vector<FamilyBase*>;
  [[nodiscard]] std::shared_ptr<const Families> families(const NameFilter& filter = {{}, Escaping::Utf8}) const;
  /// The family of that name and scope, or null. For readers, as families().
  [[nodiscard]] const FamilyBase* find_family(const ScopedName& name) const;
  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  /// Whoever holds a reader finds what families() gives as it was.
  [[nodiscard]] Epochs& epochs() noexcept { return environment_.epochs; }
  [[nodiscard]] bool utf8_names() const noexcept { return utf8_names_; }
  [[nodiscard]] bool created_lines() const noexcept { return created_lines_; }

  std::once_flag process_metrics;
  std::once_flag library_metrics;
  std::once_flag allocator_metrics;
  std::atomic<std::size_t> text_size{0};  // relaxed: of the last text, a hint for the next one's reserve

 private:
  struct Claim {
    MetricType type;
    Declaration declared;
  };
  // By the whole name, then by the labels of the scope. Those of a name have constant labels of the same names.
  template <class Value>
  using ByName = std::map<ScopedName, Value>;
  template <class Value>
  static const typename ByName<Value>::value_type* find_any(const ByName<Value>& all, const std::string& name);
  [[nodiscard]] std::string shown(const std::string& name) const;

  static constexpr std::size_t kAhead = 4;

  // What ends together.
  struct Ended {
    std::vector<std::unique_ptr<FamilyBase>> families;
    std::vector<std::shared_ptr<Collector>> collectors;
    std::vector<std::shared_ptr<InfoState>> infos;

    [[nodiscard]] bool empty() const noexcept { return families.empty() && collectors.empty(); }
  };
  // A family that has ended, but that a walk which began before may be in.
  struct Leaving {
    std::unique_ptr<FamilyBase> family;
    std::uint64_t moment;
  };

  FamilyBase& family(const ScopeState& scope, MetricType type, Declaration declared,
                     std::vector<LintProblem>& problems);
  std::unique_ptr<FamilyBase> make(MetricType type, Declaration declared, bool& is_new);
  void keep(std::unique_ptr<FamilyBase>& family) noexcept;
  [[nodiscard]] bool is_declared(const std::string& name) const;
  Ended take(const ScopeState& scope, const std::string& name);
  void check(const ScopeState& scope, MetricType type, const Declaration& declared) const;
  void claim(const ScopedName& name, MetricType type);
  std::vector<LintProblem> claim(const std::shared_ptr<Collector>& collector, Declaration claimed);
  [[nodiscard]] std::vector<LintProblem> lint(const LintDeclaration& declared) const;
  void report(const std::vector<LintProblem>& problems) const;
  // What is exposed of a name so far, and the scope of what came last.
  struct Exposed {
    const FamilySnapshot* family = nullptr;
    const ScopeState* scope = nullptr;
  };
  [[nodiscard]] Completed accept(FamilySnapshot& family, const Collector& from, const Exposed& before,
                                 SampleNames& names, std::string& why) const;

  mutable std::mutex mutex_;
  Environment environment_;
  const bool utf8_names_;
  const bool created_lines_;
  const std::function<void(const LintProblem&)> on_lint_;
  const bool refuse_lint_;
  const std::vector<std::string> ignored_lint_;
  const std::function<void(std::string_view)> on_collector_error_;
  ScopeState root_;
  std::map<std::pair<std::string, std::string>, ScopeState> scopes_;  // by prefix and label_text
  ByName<std::unique_ptr<FamilyBase>> families_;
  mutable std::shared_ptr<const Families> listed_;  // all of them; null: to be made
  std::deque<Leaving> leaving_;
  // Families that have ended, which become others: a look-up through an old handle may still be in one, for as long as
  // the registry lives. By hash_of_kind().
  std::unordered_multimap<std::size_t, std::unique_ptr<FamilyBase>> kept_;
  ByName<Claim> claims_;  // of callbacks and infos
  ByName<std::shared_ptr<InfoState>> infos_;
  SampleNames names_;  // of all three
  std::vector<std::shared_ptr<Collector>> collectors_;
  std::atomic<std::uint64_t> collector_errors_{0};  // relaxed: a statistic
};

template <class Value>
const typename RegistryState::ByName<Value>::value_type* RegistryState::find_any(const ByName<Value>& all,
                                                                                 const std::string& name) {
  const auto found = all.lower_bound(ScopedName{name, {}});
  return found != all.end() && found->first.name == name ? &*found : nullptr;
}

template <class Own, class Collected>
void RegistryState::visit(Own own, Collected collected, std::span<const FamilySnapshot> accepted,
                          const NameFilter& filter) {
  const Epochs::Reader reader{environment_.epochs};  // what ends meanwhile stays as it is
  const auto listed = this->families(filter);
  const Families& families = *listed;
  auto next = accepted.begin();
  const auto flush = [&](const std::string* before) {
    for (; next != accepted.end() && (before == nullptr || next->name < *before); ++next) {
      if (filter.wants(next->name)) collected(*next);
    }
  };
  // A family is some cache lines that the last scrape has seen; so are its name, its series and their instruments.
  const auto prefetch = [&](std::size_t i) {
    if (i + 2 * kAhead < families.size()) families[i + 2 * kAhead]->prefetch();
    if (i + kAhead < families.size()) families[i + kAhead]->prefetch_series();
  };
  for (auto first = families.begin(); first != families.end();) {
    prefetch(static_cast<std::size_t>(first - families.begin()));
    const std::string& name = (*first)->declared().name;
    const auto last = std::find_if(first + 1, families.end(),
                                   [&](const FamilyBase* family) { return family->declared().name != name; });
    flush(&name);
    // Registered since the collectors were asked: ours wins.
    if (next != accepted.end() && next->name == name) ++next;
    own(std::span<FamilyBase* const>{first, last});
    first = last;
  }
  flush(nullptr);
}

}  // namespace vitals::detail
