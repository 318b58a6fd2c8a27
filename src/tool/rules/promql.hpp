#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vitals::tool {

// Pieces of PromQL. All texts are as Prometheus 2.42 and newer read them.

/// Labels and their values, in the order in which they are written.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Between double quotes, as PromQL, YAML and Go's templates read it alike; what can't be seen is escaped.
[[nodiscard]] std::string string_literal(std::string_view text);

/// As Go and Prometheus print it: 0.0005, 1e-05, 100000, 1e+06; the shortest that is read as the same number.
[[nodiscard]] std::string number(double value);

/// "5m" or "1h": in the largest unit of which it is a whole number.
[[nodiscard]] std::string duration(std::chrono::seconds time);

[[nodiscard]] double in_seconds(std::chrono::nanoseconds time);

// Conditions on labels.
[[nodiscard]] std::string equals(std::string_view label, std::string_view value);
[[nodiscard]] std::string one_of(std::string_view label, const std::vector<std::string>& values);
[[nodiscard]] std::string none_of(std::string_view label, const std::vector<std::string>& values);
[[nodiscard]] std::string matches(std::string_view label, const std::string& pattern);
/// The bucket of a bound. Prometheus 3 writes le="1" as le="1.0", so that of a whole number is a pattern of both.
[[nodiscard]] std::string bucket_of(std::chrono::nanoseconds bound);
/// What the label may be then.
[[nodiscard]] std::vector<std::string> spellings_of(std::chrono::nanoseconds bound);

using Conditions = std::vector<std::string>;

/// Names series of one job, of all, or for which other conditions always hold.
class Selectors {
 public:
  /// `job`: empty for all.
  explicit Selectors(std::string job)
      : always_{job.empty() ? Conditions{} : Conditions{equals("job", job)}}, job_{std::move(job)} {}
  explicit Selectors(Conditions always) : always_{std::move(always)} {}

  /// `metric{conditions}`
  [[nodiscard]] std::string series(std::string_view metric, Conditions conditions = {}) const;
  /// `window`: a time, or what stands for one.
  [[nodiscard]] std::string rate(std::string_view metric, std::string_view window, Conditions conditions = {}) const;
  [[nodiscard]] std::string rate(std::string_view metric, std::chrono::seconds window,
                                 Conditions conditions = {}) const;
  /// The same summed by labels: "sum by (job, le) (rate(…))".
  [[nodiscard]] std::string rate_by(std::string_view labels, std::string_view metric, std::string_view window,
                                    Conditions conditions = {}) const;
  [[nodiscard]] std::string rate_by(std::string_view labels, std::string_view metric, std::chrono::seconds window,
                                    Conditions conditions = {}) const;
  /// Empty, if it isn't one by its name.
  [[nodiscard]] const std::string& job() const noexcept { return job_; }

 private:
  Conditions always_;
  std::string job_;
};

/// `name{labels}` as a series of a unit test, or a query for it.
[[nodiscard]] std::string labelled(std::string_view name, const Labels& labels);

}  // namespace vitals::tool
