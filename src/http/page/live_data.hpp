#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <vitals/service_levels.hpp>
#include <vitals/snapshot.hpp>

#include "http/history/history.hpp"

namespace vitals::detail {

/// A request of which an exemplar tells the trace.
struct TracedRequest {
  std::vector<Label> labels;
  double seconds;  // NaN: it is not known
  Exemplar exemplar;
};

/// What a page shows. Null where there is none.
struct LiveInput {
  const History& history;
  const ServiceLevels* levels;
  std::string_view levels_json;        // a JSON object of their status, or empty
  std::span<const std::string> links;  // to the endpoint's other pages
  std::span<const TracedRequest> slowest;
  std::span<const TracedRequest> failures;
  std::string_view version;  // of the program, or empty
  UnixNanos first_sample;
  UnixNanos now;
};

/// The JSON object that the live page draws: docs/live_page.md has its members.
[[nodiscard]] std::string live_json(const LiveInput& input, std::chrono::seconds range);
/// The past of one metric; empty: it has none.
[[nodiscard]] std::optional<std::string> metric_json(const LiveInput& input, std::string_view name,
                                                     std::chrono::seconds range);

}  // namespace vitals::detail
