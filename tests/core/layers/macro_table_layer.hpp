// The metric layer of a storage engine: one table in macros, of which each line is a metric, a singleton that declares
// them all at its first use, and code that names metric and enumerator and pays for no look-up. A label that is known
// only while the server runs, the resource group of a client, has a part of the table of its own for each group.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include <vitals/vitals.hpp>

namespace engine {

// A closed set of label values: the enumeration, its texts, and the set of all.
#define ENGINE_ENUMERATOR(name, text) name,
#define ENGINE_CASE(name, text) \
  case Enum::name:              \
    return text;
#define ENGINE_EACH(name, text) Enum::name,
#define ENGINE_ENUM(Name, VALUES)                              \
  enum class Name { VALUES(ENGINE_ENUMERATOR) };               \
  constexpr std::string_view label_text(Name value) noexcept { \
    using Enum = Name;                                         \
    switch (value) { VALUES(ENGINE_CASE) }                     \
    return {};                                                 \
  }                                                            \
  inline vitals::Each<Name> each_of(Name /*its_type*/) {       \
    using Enum = Name;                                         \
    return {{VALUES(ENGINE_EACH)}};                            \
  }

#define ENGINE_REQUESTS(V) V(Get, "get") V(Scan, "scan") V(Put, "put") V(Delete, "delete")
#define ENGINE_STAGES(V) V(Parse, "parse") V(Plan, "plan") V(Execute, "execute")
#define ENGINE_OUTCOMES(V) V(Hit, "hit") V(Miss, "miss")
#define ENGINE_TASKS(V) V(Flush, "flush") V(Compact, "compact") V(Backup, "backup")
ENGINE_ENUM(Request, ENGINE_REQUESTS)
ENGINE_ENUM(Stage, ENGINE_STAGES)
ENGINE_ENUM(Outcome, ENGINE_OUTCOMES)
ENGINE_ENUM(Task, ENGINE_TASKS)

/// Backups take longer than other tasks.
inline vitals::Buckets buckets_of(Task task) {
  return task == Task::Backup ? vitals::Buckets{60, 600, 3600} : vitals::Buckets::exponential(0.01, 10, 4);
}

// The table. Names are those that dashboards know, also of counters.
// clang-format off
#define ENGINE_METRICS(COUNTER, COUNTERS, GAUGE, GAUGES, HISTOGRAM, HISTOGRAMS, OWN_HISTOGRAMS) \
  COUNTER(restarts, "engine_restarts", "Starts after a crash.")                                 \
  COUNTER(checksum_errors, "engine_checksum_errors", "Blocks whose checksum was wrong.")        \
  COUNTER(bytes_read, "engine_bytes_read", "Bytes read from disk.")                             \
  COUNTER(bytes_written, "engine_bytes_written", "Bytes written to disk.")                      \
  COUNTERS(requests, "engine_requests", "Requests.", Request)                                   \
  COUNTERS(failures, "engine_failures", "Requests that failed.", Request)                       \
  COUNTERS(cache, "engine_cache_lookups", "Look-ups in the block cache.", Outcome)              \
  COUNTERS(tasks, "engine_tasks", "Background tasks that ended.", Task)                         \
  GAUGE(memory, "engine_memory_bytes", "Memory that the engine has.")                           \
  GAUGE(connections, "engine_connections", "Connections now.")                                  \
  GAUGE(segments, "engine_segments", "Segments on disk.")                                       \
  GAUGE(write_queue, "engine_write_queue", "Writes that wait.")                                 \
  GAUGES(running, "engine_tasks_running", "Background tasks now.", Task)                        \
  GAUGES(waiting, "engine_requests_waiting", "Requests that wait.", Request)                    \
  HISTOGRAM(write_size, "engine_write_bytes", "Size of writes.", vitals::Buckets::exponential(64, 4, 6))  \
  HISTOGRAM(sync_time, "engine_sync_seconds", "Time per fsync.", vitals::Buckets::linear(0.001, 0.002, 5)) \
  HISTOGRAMS(request_time, "engine_request_seconds", "Time per request.", Request, vitals::Buckets::latency()) \
  HISTOGRAMS(stage_time, "engine_stage_seconds", "Time per stage.", Stage, vitals::Buckets({0.001, 0.1})) \
  OWN_HISTOGRAMS(task_time, "engine_task_seconds", "Time per background task.", Task)
#define ENGINE_GROUP_METRICS(COUNTER, COUNTERS, HISTOGRAMS)                                       \
  COUNTER(units, "engine_group_units", "Request units that the group has used.")                  \
  COUNTERS(requests, "engine_group_requests", "Requests of the group.", Request)                  \
  HISTOGRAMS(stage_time, "engine_group_stage_seconds", "Time of the group per stage.", Stage, vitals::Buckets({0.001, 0.1}))
// clang-format on

// NOLINTBEGIN(bugprone-macro-parentheses): types and members can't stand in parentheses

/// The series of one resource group, each there from the start. They are dead once the group was removed.
class Group {
 public:
  explicit Group(const vitals::Scope& scope, std::string_view group) : scope_{scope}, group_{group} {}

 private:
  const vitals::Scope scope_;
  const std::string group_;

 public:
#define ENGINE_COUNTER(member, name, help) \
  vitals::Counter& member = scope_.counter(name, help, {"resource_group"}, {.exact_name = true}).with(group_);
#define ENGINE_COUNTERS(member, name, help, Enum)                 \
  vitals::Bound<vitals::Counter, 2, Enum> member = vitals::bound( \
      scope_.counter(name, help, {"type", "resource_group"}, {.exact_name = true}), each_of(Enum{}), group_);
#define ENGINE_HISTOGRAMS(member, name, help, Enum, buckets) \
  vitals::Bound<vitals::Histogram, 2, Enum> member =         \
      vitals::bound(scope_.histogram(name, help, {"type", "resource_group"}, buckets), each_of(Enum{}), group_);
  ENGINE_GROUP_METRICS(ENGINE_COUNTER, ENGINE_COUNTERS, ENGINE_HISTOGRAMS)
#undef ENGINE_COUNTER
#undef ENGINE_COUNTERS
#undef ENGINE_HISTOGRAMS
};

/// All metrics of the engine, each series of a closed set there from the start.
/// Thread-safe. Cost: that of a reference; with an enumerator, of an index too. group() takes a lock: keep what it
/// gives.
class Metrics {
 public:
  explicit Metrics(vitals::Registry& registry) : scope_{registry} {}
  /// That of the default registry. Never destroyed.
  static Metrics& instance();

  /// The part of the table of a group, made at its first use.
  std::shared_ptr<Group> group(std::string_view name);
  /// Ends the series of a group. What is held of it records to nowhere. False if there is none.
  bool remove_group(std::string_view name);

 private:
  template <class Enum>
  static vitals::Bound<vitals::Histogram, 1, Enum> with_own_buckets(vitals::Family<vitals::Histogram, 1>& family) {
    for (const Enum value : each_of(Enum{}).values) family.with_bounds(buckets_of(value), value);
    return vitals::bound(family, each_of(Enum{}));
  }

  vitals::Scope scope_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Group>, std::less<>> groups_;

 public:
#define ENGINE_COUNTER(member, name, help) vitals::Counter& member = scope_.counter(name, help, {.exact_name = true});
#define ENGINE_COUNTERS(member, name, help, Enum)  \
  vitals::Bound<vitals::Counter, 1, Enum> member = \
      vitals::bound(scope_.counter(name, help, {"type"}, {.exact_name = true}), each_of(Enum{}));
#define ENGINE_GAUGE(member, name, help) vitals::Gauge& member = scope_.gauge(name, help);
#define ENGINE_GAUGES(member, name, help, Enum) \
  vitals::Bound<vitals::Gauge, 1, Enum> member = vitals::bound(scope_.gauge(name, help, {"type"}), each_of(Enum{}));
#define ENGINE_HISTOGRAM(member, name, help, buckets) vitals::Histogram& member = scope_.histogram(name, help, buckets);
#define ENGINE_HISTOGRAMS(member, name, help, Enum, buckets) \
  vitals::Bound<vitals::Histogram, 1, Enum> member =         \
      vitals::bound(scope_.histogram(name, help, {"type"}, buckets), each_of(Enum{}));
#define ENGINE_OWN_HISTOGRAMS(member, name, help, Enum) \
  vitals::Bound<vitals::Histogram, 1, Enum> member =    \
      with_own_buckets<Enum>(scope_.histogram(name, help, {"type"}, vitals::Buckets::latency()));
  ENGINE_METRICS(ENGINE_COUNTER, ENGINE_COUNTERS, ENGINE_GAUGE, ENGINE_GAUGES, ENGINE_HISTOGRAM, ENGINE_HISTOGRAMS,
                 ENGINE_OWN_HISTOGRAMS)
#undef ENGINE_COUNTER
#undef ENGINE_COUNTERS
#undef ENGINE_GAUGE
#undef ENGINE_GAUGES
#undef ENGINE_HISTOGRAM
#undef ENGINE_HISTOGRAMS
#undef ENGINE_OWN_HISTOGRAMS
};

// NOLINTEND(bugprone-macro-parentheses)

}  // namespace engine
