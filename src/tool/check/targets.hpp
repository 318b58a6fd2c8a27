#pragma once
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tool/check/selector.hpp"
#include "tool/text/units.hpp"

namespace vitals::tool {

/// Mean: of a statement in a database; a targets file doesn't have it.
enum class Measure { Quantile, Ratio, Rate, Gauge, Mean };

struct Threshold {
  double value;
  std::string text;  ///< as written: "150ms"
};

/// What the labels of a statement are called.
struct StatementLabels {
  std::string query_type = "query_type";
  std::string table = "table";
};

/// One line of a targets file: what to measure, on which series, and how good it has to be.
struct Target {
  std::string name;
  Measure measure = Measure::Quantile;
  double quantile = 0;  ///< 0.95 for p95
  std::string metric;   ///< the name of the metric, of a histogram without _bucket
  std::string whole;    ///< of a gauge: the one of which it is judged as a share; empty: as it is
  std::optional<Selector> select;
  Selector except;
  Selector part;                  ///< of a ratio: the series of the numerator
  bool is_of_the_rest = false;    ///< the numerator is all other series instead
  std::vector<std::string> each;  ///< labels whose combinations are judged one by one
  bool below = true;              ///< whether the value must be below `bound`; otherwise above
  Threshold bound;
  std::optional<Threshold> critical;
  Unit bound_unit = Unit::Seconds;  ///< of `bound` and `critical`
  std::string told;                 ///< a label of `select`: those of its values that no series has are noted
  bool skip_few = false;
  bool leave_out_missing = false;  ///< no metric of this name is no fault
  std::string note;

  /// Of a percentile of statements, which the database knows too.
  std::optional<StatementLabels> statements;
  bool is_pool_usage = false;       ///< the database knows its own connections
  bool over_budget_window = false;  ///< judged over `budget_window` where a Prometheus server is asked

  /// The name of the samples that are looked at: of a histogram its buckets.
  [[nodiscard]] std::string sample_name() const;
  /// The names of all samples that it takes to judge.
  [[nodiscard]] std::vector<std::string> sample_names() const;
};

struct Targets {
  std::size_t min_samples = 20;
  double budget_window = 0;  ///< of error budgets, in seconds; 0: there are none
  std::vector<Target> targets;
};

/// The file is wrong: what() says "file:line:column: rule; fix".
class TargetsError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads a targets file (docs/check.md has its grammar). `file` is its name in messages.
Targets parse_targets(std::string_view yaml, const std::string& file);

/// The built-in targets file: what a service has of the metrics that vitals exports.
std::string_view builtin_targets();

}  // namespace vitals::tool
