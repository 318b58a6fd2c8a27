#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tool/check/selector.hpp"

namespace vitals::tool {

using SeriesMap = std::map<Labels, double>;

/// What a check needs of one exposition.
/// Memory: only the metrics asked for, and at most `limit` labels and series of them.
class Scrape {
 public:
  static constexpr std::size_t kMaxStored = 2'000'000;

  /// Keeps the samples whose name is in `wanted`, and process_start_time_seconds.
  /// Throws ExpositionError for malformed text, a series that comes twice and too many series.
  static Scrape parse(std::string_view text, const std::set<std::string, std::less<>>& wanted,
                      std::size_t limit = kMaxStored);

  /// nullptr when the exposition has no such sample.
  [[nodiscard]] const SeriesMap* find(std::string_view sample_name) const;
  /// The TYPE of a metric; empty when there is none.
  [[nodiscard]] std::string_view type(std::string_view metric) const;
  /// process_start_time_seconds by labels: when it differs between two scrapes, the process was restarted.
  [[nodiscard]] const SeriesMap& process_starts() const;

 private:
  std::map<std::string, SeriesMap, std::less<>> series_;
  std::map<std::string, std::string, std::less<>> types_;
};

}  // namespace vitals::tool
