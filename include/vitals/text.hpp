#pragma once

#include <string>

namespace vitals {

class Registry;

/// The metrics of a registry in Prometheus's text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), families ordered by name.
/// Thread-safe; never makes a recording thread wait. One consistent set: in a histogram `+Inf` equals `_count`.
/// Numbers are the shortest text that reads back as the same double, in any locale; counts are exact up to 2^64.
[[nodiscard]] std::string to_text(const Registry& registry);

}  // namespace vitals
