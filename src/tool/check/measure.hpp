#pragma once
#include <chrono>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "tool/check/check.hpp"
#include "tool/check/continuity.hpp"
#include "tool/check/growth.hpp"
#include "tool/check/scrape.hpp"
#include "tool/check/targets.hpp"
#include "tool/input/fetch.hpp"

namespace vitals::tool {

/// What was measured between two points in time.
struct Measured {
  Scrape before, after;
  std::optional<double> seconds;
  std::optional<double> now;            ///< of the clock that says whether times are in the future
  std::optional<Continuity> process{};  ///< where it is known otherwise than from the scrapes
  Faults faults{};
  std::string note{};

  [[nodiscard]] Window window() const { return {before, after, seconds, now, process, faults, note}; }
};

/// The samples that targets need, by their names.
Names wanted_samples(const Targets& targets);

/// What a running service exposes. Throws FetchError, also soon after it is asked to stop.
Exposed fetch_scrape(const CheckArguments& arguments, const std::stop_token& stop = {});
/// Calls scrape(), and gives when its numbers are of: at some moment until the answer was there, and so in the middle.
template <class Scraping>
std::chrono::steady_clock::time_point time_of(Scraping scrape) {
  const auto asked = std::chrono::steady_clock::now();
  scrape();
  return asked + (std::chrono::steady_clock::now() - asked) / 2;
}
/// What a check needs of it; `source` is where it is from, for messages. Throws FetchError.
Scrape parse_scrape(const Exposed& exposed, const std::string& source, const Names& wanted);
/// One scrape of a file. Throws FetchError.
Scrape scrape_file(const std::string& path, const Names& wanted);

/// Seconds since 1970.
double wall_clock();

/// Two saved scrapes. The time between them is --duration, or what their samples' timestamps say.
Measured measure_files(const CheckArguments& arguments, const Names& wanted);
/// Without a scrape: nothing, or the window alone.
Measured measure_nothing(const CheckArguments& arguments);
/// A scrape, a pause, another one.
Measured measure_url(const CheckArguments& arguments, const Names& wanted);

}  // namespace vitals::tool
