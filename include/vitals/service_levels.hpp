#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/buckets.hpp>
#include <vitals/detail/abi.hpp>
#include <vitals/metric_names.hpp>

// What a service promises, declared once. In all of it:
// - a ratio is of 1: 0.999 is 99.9 %; each lies between 0 and 1, without them;
// - `target` is what is promised, and `critical`, if there is one, what is a failure; `alert` is the threshold of the
//   alert (empty: the target), which fires when it was crossed for as long as `alert_after`. Of these, `window` and
//   `burn_rate_alerts` the command `vitals rules` makes alerts for Prometheus; the library itself
//   tells nobody, and LevelStatus answers by the last two;
// - neither `critical` nor `alert` is stricter than `target`. Each threshold itself is still good.
// Plain values, comparable; docs/levels.md explains each of them.
namespace vitals {

/// Of all requests together, the share `objective` is answered within `target`: its percentile.
struct LatencyObjective {
  double objective = 0.95;
  std::chrono::nanoseconds target = {};
  std::optional<std::chrono::nanoseconds> critical = {};
  std::optional<std::chrono::nanoseconds> alert = {};
  std::chrono::seconds alert_after = std::chrono::minutes{5};

  bool operator==(const LatencyObjective&) const = default;
};

/// The same of the requests of some routes, each method and route by itself.
struct EndpointLevel {
  std::string name = {};
  /// As in "GET|POST /api/v1/clients/{id}": methods, and the route as the label `endpoint` has it.
  std::vector<std::string> routes = {};
  /// Instead of routes: all that no other of the list has, `_unmatched` among them.
  bool others = false;
  double objective = 0.95;
  std::chrono::nanoseconds target = {};
  std::optional<std::chrono::nanoseconds> critical = {};
  std::optional<std::chrono::nanoseconds> alert = {};
  std::chrono::seconds alert_after = std::chrono::minutes{5};

  bool operator==(const EndpointLevel&) const = default;
};

/// The same of a kind of database statement, each query type and table by itself.
struct QueryBudget {
  std::string name = {};
  std::vector<std::string> query_types = {};  ///< as the label has them: SELECT; empty: all
  std::vector<std::string> tables = {};       ///< empty: all
  bool transactions = false;                  ///< whole transactions instead of statements
  double objective = 0.95;
  std::chrono::nanoseconds target = {};
  std::optional<std::chrono::nanoseconds> critical = {};
  std::optional<std::chrono::nanoseconds> alert = {};
  std::chrono::seconds alert_after = std::chrono::minutes{5};

  bool operator==(const QueryBudget&) const = default;
};

/// A share of all: at most `target`, or at least, as the member of ServiceLevels says.
struct RatioLevel {
  double target = 0;
  std::optional<double> critical = {};
  std::optional<double> alert = {};
  std::chrono::seconds alert_after = std::chrono::minutes{5};

  bool operator==(const RatioLevel&) const = default;
};

/// At least so many per second.
struct RateLevel {
  double target = 0;
  std::optional<double> critical = {};
  std::optional<double> alert = {};
  std::chrono::seconds alert_after = std::chrono::minutes{5};

  bool operator==(const RateLevel&) const = default;
};

enum class AlertSeverity { Page, Ticket };

/// To be told when an error budget, which is 1 - objective, is spent `burn_rate` times as fast as would use it up in
/// the window, both over `long_window` and over `short_window`.
struct BurnRateAlert {
  AlertSeverity severity = AlertSeverity::Page;
  double burn_rate = 0;
  std::chrono::seconds long_window = {};
  std::chrono::seconds short_window = {};

  bool operator==(const BurnRateAlert&) const = default;
};

/// The service levels of a service, made in C++ or read from YAML: the same model, of the same names.
/// Thread-safe as a plain value is. Cost: its vectors and strings.
struct ServiceLevels {
  /// Over which time the error budgets of objectives and endpoint classes are.
  std::chrono::seconds window = std::chrono::days{30};
  /// Which requests failed: "5xx" for all of a class, or a status such as "429".
  std::vector<std::string> bad_statuses = {"5xx"};

  std::vector<LatencyObjective> latency = {};
  std::optional<RatioLevel> error_rate = {};         ///< bad requests of all: at most
  std::optional<RatioLevel> availability = {};       ///< the other requests of all: at least
  std::optional<RateLevel> throughput = {};          ///< requests, under load
  std::vector<EndpointLevel> endpoint_classes = {};  ///< objectives; a route belongs to one class at most
  std::vector<EndpointLevel> route_budgets = {};     ///< by what a route does: of these too a route has one at most
  std::vector<QueryBudget> query_budgets = {};

  std::optional<RatioLevel> cache_hit_ratio = {};  ///< hits of all look-ups: at least
  std::optional<RatioLevel> memory_usage = {};     ///< resident memory of the limit: at most
  std::optional<RatioLevel> pool_usage = {};       ///< connections in use, of those of the pool: at most

  /// Those of Google's SRE workbook: page at 14.4 times (1h, 5m) and 6 times (6h, 30m), ticket at 3 times (1d, 2h) and
  /// 1 time (3d, 6h).
  std::vector<BurnRateAlert> burn_rate_alerts = default_burn_rate_alerts();

  MetricNames metrics = {};  ///< what they are judged by, from outside

  /// Throws std::invalid_argument that names each mistake on a line of its own: which member, the rule and the fix.
  void check() const;

  /// `base` and each threshold of requests (of statements), sorted: in such buckets verdicts are exact. A bound of
  /// `base` that differs from a threshold by rounding alone gives way to it; a `base` that no histogram takes stays as
  /// it is. Throws std::invalid_argument naming each threshold that is not below the last bound of `base`, since of a
  /// percentile beyond that nobody can tell how large it is. REQUIRES: check() doesn't throw.
  [[nodiscard]] Buckets request_buckets(const Buckets& base = Buckets::latency()) const;
  [[nodiscard]] Buckets query_buckets(const Buckets& base) const;

  bool operator==(const ServiceLevels&) const = default;

  [[nodiscard]] static std::vector<BurnRateAlert> default_burn_rate_alerts();

  // The next three are in vitals::levels: link it.

  /// Reads a file, or its text, whose name in messages is `source`; docs/levels.md has its grammar. What they give
  /// passes check(). Throws std::invalid_argument that names each mistake on a line of its own: file, line, column, the
  /// rule and the fix; a file that can't be read too. Made for hostile input: at most 1 MiB, no aliases.
  [[nodiscard]] static ServiceLevels load(const std::string& path);
  [[nodiscard]] static ServiceLevels parse(std::string_view yaml, std::string_view source = "service levels");
  /// The text that parse() reads as levels that are equal to these. Throws as check() does.
  [[nodiscard]] std::string to_yaml() const;
};

}  // namespace vitals
