#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tool/check/selector.hpp"
#include "tool/input/prometheus_api.hpp"

namespace vitals::tool {

/// By how much counters grew over all of their samples, exactly: what PromQL's increase() is without its
/// extrapolation. A counter that went back counts from 0 again, and so do all buckets of its histogram; when
/// process_start_time_seconds changed, all counters of the instance do. A series grew from 0 if the scrape in which it
/// begins, by its time, has another series of the instance that was there before, or if the process began within the
/// time that is looked at; else from its first sample. An instance has all labels of its process_start_time_seconds;
/// without one it is what `job` and `instance` tell apart. Memory: one entry for each series; what add() is given is
/// not kept.
class SampleGrowth {
 public:
  /// `from` is when the time begins that is looked at.
  explicit SampleGrowth(double from) : from_(from) {}

  /// The samples of all series in the next part of the time; those that were there already are passed over.
  void add(const std::vector<PrometheusSeries>& part);

  struct Series {
    std::string name;
    Labels labels;
    double growth;
  };
  [[nodiscard]] std::vector<Series> growth() const;
  /// From the first to the last sample that was seen; 0 if there is none. Where growth is counted from the beginning
  /// of a process, from then on.
  [[nodiscard]] double seconds() const;
  /// When the process began before whose first sample nothing else is counted; nothing if a sample was there first.
  [[nodiscard]] std::optional<double> begin_of_process() const;
  /// How many restarts of processes, or else of counters, were seen.
  [[nodiscard]] std::size_t resets() const { return restarts_.size(); }
  [[nodiscard]] std::size_t instances() const { return instances_.size(); }

 private:
  struct State {
    TimedValue first, last;
    double growth = 0;
    std::string unit{}, instance{};  ///< what is reset together
    bool is_born = false;            ///< it began in a scrape that has an older series of the instance
  };

  using Key = std::pair<std::string, Labels>;
  [[nodiscard]] std::string instance_of(const Labels& labels) const;
  void find_births(const std::vector<PrometheusSeries>& part, const std::vector<State*>& states);
  void find_resets(const PrometheusSeries& series, const State& state);
  [[nodiscard]] bool has_begun(const std::string& instance) const;
  [[nodiscard]] bool was_reset(const State& state, double after, double until) const;

  double from_;
  std::map<Key, State> series_;
  std::map<std::string, double> instances_;               ///< when the process began that was seen first; 0: unknown
  std::map<std::string, std::set<Labels>> start_labels_;  ///< of process_start_time_seconds, by job and instance
  std::set<std::pair<std::string, double>> resets_;       ///< of a unit or an instance, and when
  std::set<std::pair<std::string, double>> restarts_;     ///< the same of instances alone
  double first_at_ = 0, last_at_ = 0;
};

}  // namespace vitals::tool
