#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "tool/check/judge.hpp"
#include "tool/check/report.hpp"

namespace vitals::tool {

// The words that all reports for people share. Each is one line of UTF-8.

/// "http://127.0.0.1:9464/metrics over 30.0 s, targets levels.yml"
std::string heading(const Source& source);
/// "2.48 ms", "> 10 s" of a percentile above the last finite bucket, or "-".
std::string value_text(const Row& row);
/// "<= 150ms"
std::string target_text(const Target& target);
/// "> 500ms", or "-"
std::string critical_text(const Target& target);
/// The share of all at or under the target, or "-".
std::string within_text(const Row& row);
/// Between which shares the one that decides lies with 95 % confidence, of requests at or under the target or of a
/// ratio; or "-".
std::string interval_text(const Row& row);
/// By how much the value differs from that of the baseline: "+12.3 %", of a ratio "+0.50 points"; or "-".
std::string change_text(const Row& row);
/// "p95", "ratio", as JSON has it.
std::string measure_name(const Target& target);
/// "seconds", as JSON has it.
std::string_view unit_name(Unit unit);
/// "2700", or "-" of a gauge.
std::string samples_text(const Row& row);
/// The group that decided, and what there is to say about row and target.
std::string notes(const Row& row);
/// All of it: "212 ms, target <= 150ms, critical > 500ms, 2700 samples: GET /api/v1/clients".
std::string sentence(const Row& row);
/// "warning: 1 warning, 12 ok", "unknown: a.yml can't be opened"
std::string summary(const Judgement& judgement);
/// Why there are no rows.
std::string nothing_judged(const Judgement& judgement);
/// What the marks mean, and what speaks for less trust in the rows.
std::vector<std::string> remarks(const Judgement& judgement);

}  // namespace vitals::tool
