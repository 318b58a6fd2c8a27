#pragma once
#include <string>
#include <string_view>

#include "tool/rules/draft.hpp"

namespace vitals::tool {

// Percentiles of classic histograms over five minutes. Only buckets are summed, never percentiles; without an
// observation there is none, as NaN would spoil what is computed of it over days.

/// "p95_5m", as records end.
[[nodiscard]] std::string percentile_suffix(double objective);

/// The percentile of `buckets`, which are summed by `by` and le. `count`: the observations by the same.
[[nodiscard]] std::string percentile_of(double objective, const std::string& buckets, std::string_view by,
                                        const std::string& count);

/// `job_le:M_bucket:rate5m` of the metric M.
[[nodiscard]] std::string bucket_record(std::string_view metric);

/// Records job_le:M_bucket:rate5m of the metric M.
void add_bucket_rates(Draft& draft, std::string_view group, const std::string& metric);
/// Records job:M:p95_5m of that.
void add_percentile_of_all(Draft& draft, std::string_view group, const std::string& metric, double objective);
/// Records the same by labels, whose names are joined in `prefix`: "method_endpoint". Their values are for the test.
void add_percentile_by(Draft& draft, std::string_view group, const std::string& prefix, const Labels& labels,
                       const std::string& metric, double objective);

}  // namespace vitals::tool
