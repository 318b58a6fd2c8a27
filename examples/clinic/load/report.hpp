#pragma once

#include <cstdint>
#include <string>

#include "arrivals.hpp"
#include "results.hpp"

namespace clinic_load {

/// The line that shows on stderr while the load runs: rewritten each second on a terminal, elsewhere one every 5
/// seconds.
class Progress {
 public:
  Progress(const Results& results, Clock::time_point start);

  void update();
  /// Ends the line.
  void finish();

 private:
  const Results& results_;
  Clock::time_point start_;
  bool terminal_;
  unsigned updates_ = 0;
  std::uint64_t seen_ = 0;
};

/// A table: one row per route, then all of them; the login, which happens before the load, is told apart.
std::string report_table(const Results& results, Clock::duration took);
/// The same for programs.
std::string report_json(const Results& results, Clock::duration took);

}  // namespace clinic_load
