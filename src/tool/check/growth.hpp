#pragma once
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tool/check/continuity.hpp"
#include "tool/check/quantile.hpp"
#include "tool/check/scrape.hpp"
#include "tool/check/targets.hpp"

namespace vitals::tool {

/// Why samples of a name can't be judged, by that name.
using Faults = std::map<std::string, std::string, std::less<>>;

/// Two scrapes of one process.
struct Window {
  const Scrape& before;
  const Scrape& after;
  std::optional<double> seconds;        ///< between them; unknown for files
  std::optional<double> now{};          ///< what time it is, in seconds since 1970
  std::optional<Continuity> process{};  ///< where it is known otherwise than from the scrapes
  Faults faults{};
  std::string note{};  ///< what is to be said with each row
};

/// Why a target can't be judged. Its verdict is unknown, never ok.
class Unjudgeable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Nothing happened yet: the metric is there, but has no series, or none but those that the target excepts.
class NoSeriesYet : public Unjudgeable {
 public:
  using Unjudgeable::Unjudgeable;
};

/// Whether one of the scrapes has the target's metric.
bool is_there(const Window& window, const Target& target);

/// The series of a target that are judged together: all, or those with the same values of its `each` labels.
struct Group {
  std::string name;                 ///< values of the `each` labels: "GET /api/v1/clients"
  std::vector<std::string> values;  ///< the same one by one
  double samples = 0;               ///< events within the window
  double part = 0;                  ///< of a ratio: the events that it counts
  std::string note;                 ///< of a ratio: what its part probably meant by a value that no series has
  double value = 0;                 ///< of a gauge: the sum of its series in the second scrape
  std::vector<Bucket> buckets;      ///< of a percentile: summed, cumulative, the last is +Inf
  Interpolation interpolation = Interpolation::Linear;  ///< of a percentile, between its buckets
};

/// What happened to the target's series within the window. A series that is new grew from 0.
/// Throws Unjudgeable when the metric or a selected series is missing, vanished, went back, was made anew or has
/// another type, for histograms without a bound in common, which have no meaningful sum, and for those that an exporter
/// counts wrong.
std::vector<Group> groups(const Window& window, const Target& target);

/// Of the label `told` the selected values that no series has, with what was probably meant; mostly empty.
std::string missing_values(const Window& window, const Target& target);

}  // namespace vitals::tool
