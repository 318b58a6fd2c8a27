#pragma once
#include <string>
#include <string_view>

#include "tool/check/scrape.hpp"

namespace vitals::tool {

/// Whether both scrapes are of one process, so that its counters may be subtracted.
struct Continuity {
  enum class Kind {
    Same,       ///< something shows that it is the same
    Unproven,   ///< nothing speaks against it, and nothing shows it
    Restarted,  ///< something shows that it is not
    Summed      ///< of several processes, whose growth was summed over their restarts
  };

  Kind kind = Kind::Unproven;
  std::string reason;  ///< for people
};

std::string_view name(Continuity::Kind kind);

/// Whether two times of creation are the same one. Formats round them differently, to a millisecond at worst.
bool is_same_time(double a, double b);

/// Whether two start times are of one process. Clients compute it from the time of boot, which Linux derives from the
/// clock in whole seconds: it moves by one where the clock is corrected.
bool is_same_start(double a, double b);

/// Why two scrapes can't be compared because of their formats, and the fix; empty if they are in one. Names and the
/// kind of buckets depend on the format: what the first scrape has under another name would count from 0 in the second.
std::string format_mismatch(const Scrape& before, const Scrape& after);

/// What tells, in this order: process_start_time_seconds, the same or more than a second off; times of creation that
/// are all different, since a new process makes all of its series anew; a counter of any metric that went back, unless
/// its own time of creation shows that the series was made anew; a time of creation that is equal, or a start time less
/// than a second off; a metric that lost all of its series. A counter that grew is no proof: that of a new process may
/// have overtaken the old one. Nor is a series that vanished beside others of its metric: series expire.
Continuity continuity(const Scrape& before, const Scrape& after);

}  // namespace vitals::tool
