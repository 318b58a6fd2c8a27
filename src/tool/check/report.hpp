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

/// As JUnit XML, a test case for each target, as CI servers show it: missed and critical ones are failures, unknown
/// ones errors. `forgives_warnings`: a missed one is no failure.
std::string to_junit(const Source& source, const Judgement& judgement, bool forgives_warnings);

/// As a table of GitHub's Markdown.
std::string to_markdown(const Source& source, const Judgement& judgement);

/// As a plugin of Nagios and Icinga prints it: a line with the exit status in words and the performance data of all
/// targets, then a line for each that is not ok (https://nagios-plugins.org/doc/guidelines.html).
std::string to_nagios(const Judgement& judgement, int status);

/// As GitHub's workflow commands: an annotation for each target that is missed, critical or unknown, then the summary.
std::string to_github(const Source& source, const Judgement& judgement);

}  // namespace vitals::tool
