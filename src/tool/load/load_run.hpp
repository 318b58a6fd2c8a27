#pragma once
#include <stdexcept>
#include <string>

#include "tool/load/load_metrics.hpp"
#include "tool/load/load_timeline.hpp"
#include "tool/load/scenario.hpp"
#include "tool/load/server.hpp"
#include "tool/load/tally.hpp"

namespace vitals::tool {

/// What a load has done.
struct LoadResult {
  Tally tally{0};
  LoadTimeline timeline{};
  double seconds = 0;  ///< from the start to the last answer
  bool interrupted = false;
};

/// A request of the setup has failed: what() says which, how and the fix.
class SetupError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Sends the setup, then the load, and returns when all is answered or given up. Shows how far it is on stderr. Ctrl-C
/// and SIGTERM end the load; the second one ends the process with exit status 130. Throws SetupError, and what says
/// that the system has no memory, threads or descriptors left.
LoadResult run_load(const Scenario& scenario, const LoadServer& server, LoadMetrics& metrics);

}  // namespace vitals::tool
