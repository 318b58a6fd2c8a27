#pragma once
#include <optional>
#include <string>
#include <vector>

#include "tool/check/judge.hpp"

namespace vitals::tool {

/// Where the numbers and the targets came from.
struct Source {
  std::string metrics;  ///< "http://127.0.0.1:9464/metrics", "a.prom to b.prom"
  std::string targets;
  std::optional<double> seconds;
};

/// The rows as a table for people, with the verdict in words; colour only adds to it.
std::string to_table(const Source& source, const std::vector<Row>& rows, bool colour);

/// The rows as one JSON object; numbers in seconds, ratios and per second, with all their digits.
std::string to_json(const Source& source, const std::vector<Row>& rows);

}  // namespace vitals::tool
