#pragma once
#include <string>
#include <vector>

#include "tool/check/checked.hpp"
#include "tool/load/load_metrics.hpp"
#include "tool/load/scenario.hpp"

namespace vitals::tool {

/// Judges a load by service levels or a targets file, as `vitals check` judges a service: by what the client saw.
class LoadTargets {
 public:
  /// Reads the file. Throws what says that it is wrong.
  LoadTargets(const std::string& file, const Scenario& scenario);

  /// Those of response times, in seconds.
  [[nodiscard]] std::vector<double> thresholds() const;
  /// What these have counted within so many seconds, from nothing.
  [[nodiscard]] Checked judge(const LoadMetrics& metrics, double seconds) const;

 private:
  std::string file_;
  std::string url_;
  Targets targets_;
  std::vector<std::string> remarks_;
  std::vector<std::string> not_sent_;  // targets of routes that the load doesn't ask for
};

}  // namespace vitals::tool
