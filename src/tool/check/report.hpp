#pragma once
#include <optional>
#include <string>

#include "tool/check/judge.hpp"

namespace vitals::tool {

/// Where the numbers and the targets came from.
struct Source {
  std::string metrics;  ///< "http://127.0.0.1:9464/metrics", "a.prom to b.prom"
  std::string targets;  ///< their file; empty: the built-in ones
  std::optional<double> seconds;
};

/// The judgement as a table for people, with the verdict in words; colour only adds to it.
std::string to_table(const Source& source, const Judgement& judgement, bool colour);

/// The judgement as one JSON object; numbers in seconds, bytes, ratios and per second, with all their digits.
std::string to_json(const Source& source, const Judgement& judgement);

}  // namespace vitals::tool
