#pragma once

#include <string>
#include <vector>

#include <prometheus/metric_family.h>

#include "support/text_samples.hpp"

namespace vitals::testing {

/// The series of prometheus-cpp's families, with the doubles that its text has only 16 digits of.
[[nodiscard]] Samples samples_of(const std::vector<prometheus::MetricFamily>& families);

/// The same as its text says it: values that 16 digits leave.
[[nodiscard]] Samples rounded(const Samples& samples);

/// Bounds and quantiles as 16 digits, so that both libraries' spellings of one are the same.
[[nodiscard]] Samples normalised(const Samples& samples);

/// Empty if both have the same series with the same doubles (NaN is NaN, -0 is not 0), else the first differences.
[[nodiscard]] std::string difference(const Samples& found, const Samples& expected);

}  // namespace vitals::testing
