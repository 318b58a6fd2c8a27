#pragma once
#include <string>
#include <string_view>

#include "tool/check/scrape.hpp"

namespace vitals::tool {

/// Whether both scrapes are of one process, so that its counters may be subtracted.
struct Continuity {
  enum class Kind {
    Same,      ///< something shows that it is the same
    Unproven,  ///< nothing speaks against it, and nothing shows it
    Restarted
  };

  Kind kind = Kind::Unproven;
  std::string reason;  ///< for people
};

std::string_view name(Continuity::Kind kind);

/// Whether two times of creation are the same one. Formats round them differently, to a millisecond at worst.
bool is_same_time(double a, double b);

/// What tells, in this order: process_start_time_seconds; times of creation, of which one that is equal is enough,
/// since a new process makes all of its series anew; a counter of any metric that went back or vanished. A counter that
/// grew is no proof: that of a new process may have overtaken the old one.
Continuity continuity(const Scrape& before, const Scrape& after);

}  // namespace vitals::tool
