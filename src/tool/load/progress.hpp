#pragma once
#include <cstdint>

#include "tool/load/load_metrics.hpp"

namespace vitals::tool {

/// The line that shows on stderr while the load runs: rewritten each second on a terminal, elsewhere one every 5
/// seconds.
class Progress {
 public:
  Progress();

  /// To be called each second, with what the load has done so far.
  void update(double seconds, std::uint64_t failed, const HistogramSnapshot& latency);
  /// Ends the line.
  void finish();

 private:
  bool terminal_;
  unsigned updates_ = 0;
  double seconds_ = 0;         // at the last update
  std::uint64_t answers_ = 0;  // until then
};

}  // namespace vitals::tool
