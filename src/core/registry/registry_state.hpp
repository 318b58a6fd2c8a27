#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/snapshot.hpp>

#include "core/registry/collected.hpp"
#include "core/registry/collector.hpp"
#include "core/registry/name_filter.hpp"
#include "core/registry/sample_names.hpp"
#include "core/series/environment.hpp"
#include "core/series/family_base.hpp"

namespace vitals {
struct LintDeclaration;
struct LintProblem;
struct RegistryOptions;
}  // namespace vitals

namespace vitals::detail {

struct InfoState;

/// What a Registry holds. The lock is for registration, and for copying the lists at the start of a scrape; no callback
/// runs under it.
class RegistryState : public std::enable_shared_from_this<RegistryState> {
 public:
  explicit RegistryState(RegistryOptions options);

  /// The family of this declaration: a new one, or the one that was made by the same declaration before.
  FamilyBase& family(MetricType type, Declaration declared);

  /// Throws std::invalid_argument if the function is empty. `claimed` tells what the collector's one family will be:
  /// its name is kept for it.
  std::shared_ptr<Collector> add(Collector::Function function);
  std::shared_ptr<Collector> add(Collector::Function function, const FamilySnapshot& claimed);
  void remove(const Collector& collector);
  /// The info of that name: this one, or the one that was there before.
  std::shared_ptr<InfoState> add(const std::shared_ptr<InfoState>& info);

  /// Calls, for each family by name and without the lock, `own` with a FamilyBase& if it is the registry's own, else
  /// `collected` with the const FamilySnapshot& that a collector gave. Of families with the same name the own one
  /// counts. Those that the filter doesn't want are left out, and collectors are not asked that can't have one.
  template <class Own, class Collected>
  void visit(Own own, Collected collected, const NameFilter& filter = {{}, Escaping::Utf8});

  [[nodiscard]] std::uint64_t collector_errors() const noexcept {
    return collector_errors_.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::vector<FamilyBase*> families(const NameFilter& filter = {{}, Escaping::Utf8}) const;
  [[nodiscard]] const Environment& environment() const noexcept { return environment_; }
  [[nodiscard]] bool utf8_names() const noexcept { return utf8_names_; }
  [[nodiscard]] bool created_lines() const noexcept { return created_lines_; }

  std::once_flag process_metrics;
  std::once_flag library_metrics;
  std::once_flag allocator_metrics;
  std::atomic<std::size_t> text_size{0};  // relaxed: of the last text, a hint for the next one's reserve

 private:
  void check(MetricType type, const Declaration& declared) const;
  void claim(const std::string& name, MetricType type);
  std::vector<LintProblem> claim(const std::shared_ptr<Collector>& collector, const FamilySnapshot& claimed);
  [[nodiscard]] std::vector<LintProblem> lint(const LintDeclaration& declared) const;
  void report(const std::vector<LintProblem>& problems) const;
  [[nodiscard]] std::vector<std::shared_ptr<Collector>> collectors(const NameFilter& filter) const;
  std::vector<FamilySnapshot> collect(const NameFilter& filter);
  [[nodiscard]] Completed accept(FamilySnapshot& family, bool claimed, SampleNames& names, std::string& why) const;
  void report(const std::vector<std::string>& errors) noexcept;

  mutable std::mutex mutex_;
  Environment environment_;
  const bool utf8_names_;
  const bool created_lines_;
  const std::function<void(const LintProblem&)> on_lint_;
  const bool refuse_lint_;
  const std::function<void(std::string_view)> on_collector_error_;
  std::map<std::string, std::unique_ptr<FamilyBase>, std::less<>> families_;
  std::map<std::string, std::shared_ptr<InfoState>, std::less<>> infos_;
  SampleNames names_;
  std::vector<std::shared_ptr<Collector>> collectors_;
  std::atomic<std::uint64_t> collector_errors_{0};  // relaxed: a statistic
};

template <class Own, class Collected>
void RegistryState::visit(Own own, Collected collected, const NameFilter& filter) {
  const auto foreign = collect(filter);
  const auto families = this->families(filter);
  auto next = foreign.begin();
  const auto flush = [&](const std::string* before) {
    for (; next != foreign.end() && (before == nullptr || next->name < *before); ++next) collected(*next);
  };
  for (FamilyBase* family : families) {
    flush(&family->declared().name);
    // Registered since the collectors were asked: ours wins.
    if (next != foreign.end() && next->name == family->declared().name) ++next;
    own(*family);
  }
  flush(nullptr);
}

}  // namespace vitals::detail
