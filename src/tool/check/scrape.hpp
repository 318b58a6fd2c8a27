#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include <vitals/lint.hpp>

#include "tool/check/selector.hpp"
#include "tool/input/exposition.hpp"

namespace vitals::tool {

using SeriesMap = std::map<Labels, double>;
using NativeMap = std::map<Labels, NativeHistogram>;
/// When a process began, in seconds since 1970.
inline constexpr std::string_view kProcessStart = "process_start_time_seconds";

using Names = std::set<std::string, std::less<>>;

/// What a check needs of one exposition.
/// Memory: only the metrics asked for, at most `limit` labels and series of them; one number for each counter, and the
/// names of all metrics.
class Scrape {
 public:
  static constexpr std::size_t kMaxStored = 2'000'000;

  /// Keeps the samples whose name is in `wanted`, and what tells a restart.
  /// Throws ExpositionError for a malformed body, a series that comes twice and too many series.
  static Scrape parse(std::string_view body, const Names& wanted, LintFormat format = LintFormat::Text,
                      std::size_t limit = kMaxStored);

  /// What it was parsed as. The names of metrics and the kind of a histogram's buckets depend on it.
  [[nodiscard]] LintFormat format() const { return format_; }
  /// nullptr when the exposition has no such sample.
  [[nodiscard]] const SeriesMap* find(std::string_view sample_name) const;
  /// The native histograms of a metric whose _bucket samples are wanted: those without classic buckets. nullptr when it
  /// has none.
  [[nodiscard]] const NativeMap* find_native(std::string_view metric) const;
  /// The TYPE of a metric; empty when there is none.
  [[nodiscard]] std::string_view type(std::string_view metric) const;
  /// All metrics that there are, of histograms and summaries without suffix.
  [[nodiscard]] const Names& names() const { return names_; }

  /// The newest timestamp that the wanted samples carry, in seconds since 1970; nothing if one of them has none.
  [[nodiscard]] std::optional<double> newest() const { return has_all_times_ ? newest_ : std::nullopt; }

  /// process_start_time_seconds by labels: when it differs between two scrapes, the process was restarted.
  [[nodiscard]] const SeriesMap& process_starts() const;
  /// What never decreases in one process: all counters, and the counts of histograms and summaries, by a text that
  /// names the series.
  using Counters = std::map<std::string, double, std::less<>>;
  [[nodiscard]] const Counters& counters() const { return counters_; }
  /// Whether these are all of them: more than there is memory for are left out.
  [[nodiscard]] bool has_all_counters() const { return has_all_counters_; }
  /// When they were made, where the exposition tells, by the same texts.
  [[nodiscard]] const Counters& created() const { return created_; }

 private:
  class Builder;

  LintFormat format_ = LintFormat::Text;
  std::map<std::string, SeriesMap, std::less<>> series_;
  std::map<std::string, NativeMap, std::less<>> native_;
  std::map<std::string, std::string, std::less<>> types_;
  Names names_;
  Counters counters_;
  Counters created_;
  bool has_all_counters_ = true;
  std::optional<double> newest_;
  bool has_all_times_ = true;
};

/// The text that names a series: a_total{x="1"}.
std::string series_text(std::string_view name, const Labels& labels);

}  // namespace vitals::tool
