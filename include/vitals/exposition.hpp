#pragma once

#include <span>
#include <string>
#include <string_view>

#include <vitals/format.hpp>
#include <vitals/snapshot.hpp>

namespace vitals {

class Registry;

/// The metrics of a registry, families ordered by name.
/// Thread-safe; never makes a recording thread wait. One consistent set: in a histogram `+Inf` equals `_count`.
/// Numbers are the shortest text that reads back as the same double, in any locale; counts are exact up to 2^64.
/// What a format can't say is left out or said by what it has:
/// - text: an info is a gauge of value 1, a state set a gauge per state, a gauge histogram a histogram of buckets
///   and two gauges, `_gcount` and `_gsum`; a histogram of native buckets alone, in OpenMetrics too, has only its
///   `+Inf` bucket, sum and count
/// - OpenMetrics: a counter without `_total` (FamilyOptions::exact_name) is of type unknown; counters that are negative
///   or NaN are left out, and so are sums that are, or whose histogram has negative bounds (and then its `_count`,
///   which `+Inf` repeats)
/// - exemplars: one per counter and bucket, the newest, of at most 128 code points; not in text
[[nodiscard]] std::string to_text(const Registry& registry);  ///< version 0.0.4
[[nodiscard]] std::string to_openmetrics(const Registry& registry);
[[nodiscard]] std::string to_protobuf(const Registry& registry);

/// The same into `out`, whose content is replaced and whose memory is used again.
void expose(const Registry& registry, const Exposition& exposition, std::string& out);

/// Families that are not in a registry, in the order given. Label values and help may be any bytes: what is not UTF-8
/// becomes U+FFFD. REQUIRES: no two families have a sample name in common, no two metrics of a family their labels.
void expose(std::span<const FamilySnapshot> families, const Exposition& exposition, std::string& out);

/// The Content-Type of it, a constant.
[[nodiscard]] std::string_view content_type(const Exposition& exposition) noexcept;

}  // namespace vitals
