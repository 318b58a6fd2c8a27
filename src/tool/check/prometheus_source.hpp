#pragma once
#include <string>

#include "tool/check/measure.hpp"
#include "tool/check/targets.hpp"
#include "tool/input/prometheus_api.hpp"

namespace vitals::tool {

/// What a Prometheus server has of a service, as far as targets need it: of counters and histograms by how much they
/// grew over their raw samples, of gauges what they are now.
class PrometheusSource {
 public:
  /// `matchers` are those that pick the service, such as job="clinic"; empty: all series.
  PrometheusSource(PrometheusApi api, std::string matchers, const Targets& targets);

  /// Of the last `seconds` by the server's clock. Throws FetchError, also if that clock is off, or if the series are of
  /// several jobs of which none was picked.
  [[nodiscard]] Measured measure(double seconds) const;

 private:
  PrometheusApi api_;
  std::string matchers_;
  Names counters_;  // names of samples of which the growth is wanted
  Names gauges_;
};

/// The matchers of --job and --selector.
std::string prometheus_matchers(const CheckArguments& arguments);

/// Each gauge that is a share of another one is judged for each instance by itself, if there are several of them.
void judge_each_instance(Targets& targets, const Scrape& after);

}  // namespace vitals::tool
